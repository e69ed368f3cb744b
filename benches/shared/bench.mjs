/** `npm run bench:shared`: compares one connection for all tabs with a connection per tab, in Chromium. */
import { start, stop } from "../../scripts/lib/command.mjs";
import { at } from "../../scripts/lib/paths.mjs";
import { Problem } from "../../scripts/lib/problem.mjs";
import { step } from "../../scripts/lib/progress.mjs";
import { startChromium, threadClock, titleOf } from "../lib/chromium.mjs";
import { machine } from "../lib/legend.mjs";
import { markdown, short } from "../lib/markdown.mjs";
import { count } from "../lib/options.mjs";

export const OPTIONS = /** @type {const} */ ({
  tabs: { type: "string", default: "10" },
  events: { type: "string", default: "20000" },
  rounds: { type: "string", default: "5" },
});

/** The latency measurement of a round: the number of events, and ms between two events. */
const SLOW = { events: 100, interval: 20 };
/** ms that the server may take to start. */
const PATIENCE = 60_000;

/**
 * The compared classes, by name. Over HTTP/1.1 a browser opens six connections to a host, so each tab with its own connection
 * has its own host.
 */
const WAYS = {
  FetchEventSource: { title: "a connection per tab", module: "eventsource-wasm", host: (tab) => `127.0.0.${tab + 1}` },
  SharedEventSource: { title: "one connection", module: "eventsource-wasm/shared", host: () => "127.0.0.1" },
};

/**
 * @param {{ tabs: string, events: string, rounds: string }} options
 * @param {{ chromium: () => Promise<string> }} needs the path of Chromium
 */
export async function benchShared(options, needs) {
  const tabs = count("tabs", options.tabs);
  const events = count("events", options.events);
  const rounds = count("rounds", options.rounds);
  const server = await startServer();
  const browser = await startChromium(await needs.chromium());
  /** @type {Record<string, Awaited<ReturnType<typeof measure>>[]>} */
  const results = {};
  try {
    for (let round = 0; round < rounds; round++) {
      for (const name of Object.keys(WAYS)) {
        const result = await step(`${WAYS[name].title}, round ${round + 1}`, () =>
          measure(browser, server.port, name, { tabs, events }),
        );
        results[name] = [...(results[name] ?? []), result];
      }
    }
    const row = (what, pick) => [what, ...Object.keys(WAYS).map((name) => short(median(results[name].map(pick))))];
    const rows = [
      [`${tabs} tabs`, ...Object.values(WAYS).map(({ title }) => title)],
      row("events per second, to all tabs", ({ rate }) => rate),
      row("µs of a tab's main thread per event", ({ thread }) => thread),
      row("µs of the server's processor time per event", ({ cpu }) => cpu),
      row("ms from the server to a listener, median", ({ latencies }) => at50(latencies)),
      row("ms from the server to a listener, 99th percentile", ({ latencies }) => at99(latencies)),
      row("KiB of JavaScript heap per tab", ({ heap }) => heap),
    ];
    const about = `${events} events of 140 bytes; ${SLOW.events} with ${SLOW.interval} ms between two, for the latency; medians of ${rounds} rounds`;
    console.log(`\n${machine()}\n${titleOf(browser)}; ${about}\n\n${markdown(rows).join("\n")}`);
  } finally {
    await browser.close();
    await server.stop();
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const at50 = (values) => median(values);
const at99 = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)];

/** Measures one round in new tabs. */
async function measure(browser, port, name, { tabs, events }) {
  const context = await browser.newContext();
  const page = `http://127.0.0.1:${port}`;
  const ask = async (path) => Number(await (await fetch(`${page}${path}`)).text());
  try {
    const opened = [];
    for (let index = 0; index < tabs; index++) {
      const tab = await context.newPage();
      await tab.goto(page);
      const devtools = await context.newCDPSession(tab);
      opened.push({ tab, devtools, clock: await threadClock(devtools) });
    }
    const run = async (stream) => {
      for (const [index, { tab }] of opened.entries()) {
        const url = `http://${WAYS[name].host(index)}:${port}/events?${new URLSearchParams(stream)}`;
        await tab.evaluate(listen, { url, name, module: WAYS[name].module, events: Number(stream.events) });
      }
      const threads = await Promise.all(opened.map(({ clock }) => clock()));
      const cpu = await ask("/cpu");
      const begun = performance.now();
      await ask("/go");
      const latencies = await Promise.all(opened.map(({ tab }) => tab.evaluate(finish)));
      const time = performance.now() - begun;
      const after = await Promise.all(opened.map(({ clock }) => clock()));
      return {
        time,
        latencies: latencies.flat(),
        thread: after.reduce((sum, value, index) => sum + value - threads[index], 0) / tabs,
        cpu: (await ask("/cpu")) - cpu,
      };
    };
    const { latencies } = await run({ events: SLOW.events, interval: SLOW.interval });
    const fast = await run({ events, interval: 0 });
    const heaps = await Promise.all(opened.map(({ devtools }) => heapOf(devtools)));
    return {
      rate: events / (fast.time / 1000),
      thread: (fast.thread * 1000) / events,
      cpu: (fast.cpu * 1000) / events,
      latencies,
      heap: heaps.reduce((sum, heap) => sum + heap, 0) / tabs / 1024,
    };
  } finally {
    await context.close();
  }
}

async function heapOf(devtools) {
  await devtools.send("HeapProfiler.collectGarbage");
  return (await devtools.send("Runtime.getHeapUsage")).usedSize;
}

/** Runs in a tab. Resolves once the source is open. */
async function listen({ url, name, module, events }) {
  const { [name]: Source } = await import(module);
  globalThis.source?.close();
  const source = new Source(url);
  globalThis.source = source;
  const latencies = [];
  globalThis.finished = new Promise((resolve) => {
    source.on("message", (data) => {
      latencies.push(Date.now() - Number.parseInt(data, 10));
      if (latencies.length === events) resolve(latencies);
    });
  });
  await new Promise((resolve) => source.addEventListener("open", resolve, { once: true }));
}

/** Runs in a tab. */
const finish = () => globalThis.finished;

async function startServer() {
  let port = "";
  const server = start(process.execPath, [at("benches", "shared", "server.mjs"), at("dist")], {
    onLine: (line) => {
      port ||= line;
    },
  });
  for (const deadline = Date.now() + PATIENCE; !port; ) {
    if (Date.now() > deadline) throw new Problem("The event server did not start in time.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, stop: () => stop(server.child) };
}
