/** `npm run bench:client`: measures our client and other clients from the request to the listener, in Chromium. */
import { get } from "node:http";
import { start, stop } from "../../scripts/lib/command.mjs";
import { at } from "../../scripts/lib/paths.mjs";
import { Problem } from "../../scripts/lib/problem.mjs";
import { step } from "../../scripts/lib/progress.mjs";
import { bundle } from "../lib/bundle.mjs";
import { startChromium, titleOf } from "../lib/chromium.mjs";
import { CORPORA } from "../lib/corpora.mjs";
import { machine, versions } from "../lib/legend.mjs";
import { short } from "../lib/markdown.mjs";
import { chosen, count } from "../lib/options.mjs";
import { CLIENTS } from "./names.mjs";
import { race } from "./race.mjs";
import { tables } from "./table.mjs";

export const OPTIONS = /** @type {const} */ ({
  corpus: { type: "string", default: "openai,ticks,cjk" },
  client: { type: "string", default: Object.keys(CLIENTS).join(",") },
  events: { type: "string", default: "100000" },
  rounds: { type: "string", default: "9" },
});

/**
 * @param {{ corpus: string, client: string, events: string, rounds: string }} options two lists with commas, the number of
 *   events in a stream, and the number of rounds (slow clients run fewer)
 * @param {{ chromium: () => Promise<string> }} needs the path of Chromium
 */
export async function benchClient(options, needs) {
  const corpora = chosen("corpus", options.corpus, Object.keys(CORPORA));
  const clients = chosen("client", options.client, Object.keys(CLIENTS));
  const events = count("events", options.events);
  const rounds = count("rounds", options.rounds);

  const header = machine();
  const module = await bundle("client", "page.mjs");
  const server = await startServer(module);
  const browser = await startChromium(await needs.chromium());
  /** @type {import("./table.mjs").Results} */
  const results = {};
  const legend = [];
  try {
    for (const corpus of corpora) {
      const { bytes, time } = await drain(`${server.url}/events?corpus=${corpus}&events=${events}`);
      results[corpus] = await step(`chromium: ${corpus}`, (note) =>
        race(browser, server.url, { corpus, clients, events, rounds }, note),
      );
      const { title, about } = CORPORA[corpus];
      const size = `${events} events, ${Math.round(bytes / events)} bytes each`;
      const pace = `the server sends them to Node in ${short((time * 1e6) / events)} ns each`;
      legend.push(`- ${title}: ${about}; ${size}; ${pace}; ${roundsOf(results[corpus])}`);
    }
    console.log(`\n${header}\n${versions(CLIENTS)}\n${legend.join("\n")}\n\n${tables(titleOf(browser), results)}`);
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** @param {import("./table.mjs").Comparison} comparison */
function roundsOf({ figures }) {
  const list = Object.values(figures).map(({ rounds }) => rounds);
  const [least, most] = [Math.min(...list), Math.max(...list)];
  return least === most ? `${most} rounds` : `${most} rounds, ${least} of slow clients`;
}

/** Starts the server in its own process, so that it has its own core. @param {string} module the path of the page's module */
function startServer(module) {
  return new Promise((resolve, reject) => {
    const { child, output } = start(process.execPath, [at("benches", "client", "server.mjs"), module], {
      onLine: (line) => line.startsWith("http://") && resolve({ url: line, stop: () => stop(child) }),
    });
    child.once("close", () => reject(new Problem("The event server exited.", { output: output.join("\n") })));
  });
}

/** Reads a URL several times. The fastest reading shows the least time that the server takes. */
async function drain(url) {
  const readings = [];
  while (readings.length < 5) readings.push(await drainOnce(url));
  return readings.reduce((a, b) => (a.time <= b.time ? a : b));
}

/** @returns {Promise<{ bytes: number, time: number }>} */
function drainOnce(url) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    let bytes = 0;
    const request = get(url, (response) => {
      const due = Number(response.headers["x-bytes"]);
      response.on("data", (chunk) => {
        bytes += chunk.length;
        if (bytes < due) return;
        resolve({ bytes, time: performance.now() - begin });
        request.destroy();
      });
    });
    request.once("error", reject);
  });
}
