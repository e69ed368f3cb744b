/** The soak: rounds in Chromium against a server in a process of its own. The page is measured after each round. */
import { start, stop } from "../../scripts/lib/command.mjs";
import { at } from "../../scripts/lib/paths.mjs";
import { Problem } from "../../scripts/lib/problem.mjs";
import { openPage } from "../browser/browsers.mjs";
import { runInPage } from "../browser/reports.mjs";
import { within } from "../support/within.mjs";
import { until } from "./until.mjs";

/** The number of equal rounds, if the time is long enough. */
const ROUNDS = 50;

/** The least number of rounds, even if they take longer: fewer rounds show no slope. */
const FEWEST = 8;

const PAGE = "/tests/soak/page.mjs";

/** The limit, in ms, of the time without the end of a stream. Each stream has its own limit in the page. */
const SILENCE = 90_000;

/** The time limit of the server's start, in ms. */
const STARTING = 15_000;

/** The time, in ms, after which the browser's idle sockets are closed. */
const LINGERING = 10_000;

/**
 * @typedef {{ minutes: number, events: number, connections: number }} Order
 * @typedef {{ events: number, expected: number, streams: number, connections: number, faults: number, told: string[], memory: number[] }} Tally
 * @typedef {{ requests: number, open: number, sockets: number }} Seen what the server saw
 * @typedef {{ usedSize: number, embedderHeapUsedSize: number, backingStorageSize: number }} Heap bytes
 * @typedef {Tally & Seen & { time: number, heap: Heap }} Sample time in ms from the beginning
 * @typedef {{ order: Order, samples: Sample[], sockets: number, complaints: string[], version: string }} Report
 */

/**
 * @param {Order} order
 * @param {(sample: Sample) => void} onSample
 * @returns {Promise<Report>}
 */
export async function soak(order, onSample) {
  const server = await startServer();
  const { page, version, close } = await openPage("chrome", server.url);
  try {
    const complaints = listenForComplaints(page);
    const devtools = await page.createCDPSession();
    const size = { events: order.events / ROUNDS, connections: order.connections / ROUNDS };
    const begin = performance.now();
    const time = () => performance.now() - begin;
    /** @type {Sample[]} */
    const samples = [];
    while (samples.length < ROUNDS && (samples.length < FEWEST || time() < order.minutes * 60_000)) {
      await runInPage(page, { module: PAGE, order: size, what: "a round of the soak", silence: SILENCE });
      const heap = await collectedHeap(devtools);
      // Sources without a reference have been closed by now, too.
      const seen = await until(server.state, ({ open }) => open === 0, LINGERING);
      samples.push({ ...(await page.evaluate(stateOfPage, PAGE)), ...seen, heap, time: time() });
      onSample(samples[samples.length - 1]);
    }
    const { sockets } = await until(server.state, (state) => state.sockets === 0, LINGERING);
    return { order, samples, sockets, complaints, version };
  } finally {
    await close();
    await server.stop();
  }
}

/** Runs in the page. */
async function stateOfPage(path) {
  return (await import(path)).state();
}

/** Records errors, rejections and console messages of the page from now on. */
function listenForComplaints(page) {
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error?.stack ?? error}`));
  page.on("console", (message) => {
    // Chromium itself reports each refused response.
    if (message.text().startsWith("Failed to load resource")) return;
    complaints.push(`${message.type()}: ${message.text()}`);
  });
  return complaints;
}

/** @returns {Promise<Heap>} */
async function collectedHeap(devtools) {
  // The browser keeps a thousand console lines about refused responses.
  await devtools.send("Log.clear");
  // The second run collects objects that finalizers and the browser's own collector release after the first.
  for (let times = 2; times > 0; times -= 1) await devtools.send("HeapProfiler.collectGarbage");
  return devtools.send("Runtime.getHeapUsage");
}

/** Starts the server in a process of its own, to separate its work and memory from the driver of the page. */
async function startServer() {
  const started = new Promise((resolve, reject) => {
    const { child, output } = start(process.execPath, [at("tests", "soak", "server.mjs")], {
      onLine: (line) => line.startsWith("http://") && resolve({ line, child }),
    });
    child.once("close", () => reject(new Problem("The soak's server has ended.", { output: output.join("\n") })));
  });
  const url = await within(STARTING, "the soak's server", started);
  return {
    url: url.line,
    stop: () => stop(url.child),
    /** @returns {Promise<Seen>} */
    state: async () => within(STARTING, "the soak's server: /state", stateOf(url.line)),
  };
}

/** @param {string} url */
async function stateOf(url) {
  return (await fetch(`${url}/state`, { headers: { connection: "close" } })).json();
}
