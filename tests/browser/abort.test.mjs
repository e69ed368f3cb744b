/** All ways to leave a stream, at each time: none causes an unhandled error, and each closes its connection. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createEventServer } from "../server/app.mjs";
import { Record } from "../server/record.mjs";
import { browsers, openPage } from "./browsers.mjs";
import { startSite } from "./site.mjs";

/** The time limit of a wait, in ms. */
const PATIENCE = 10_000;
/** The time limit of a test, in ms. */
const LIMIT = 60_000;

/** The moments at which a stream is left, by the response of the server. */
const TIMES = {
  "before the response": { kind: "asked for", response: { hangs: true } },
  "in silence": { kind: "asked for", response: { body: "data: 1\n\n" } },
  // Firefox closes the connection of a cancelled body only when its next byte comes.
  "between events": { kind: "given", response: { body: "data: 1\n\n", repeats: true } },
};

describe("leaving a stream", { concurrency: true }, () => {
  const record = new Record();
  /** @type {Awaited<ReturnType<typeof startSite>>[]} */
  let sites;
  before(async () => {
    sites = await Promise.all([startSite(), startSite(createEventServer(record))]);
  });
  after(() => Promise.all(sites.map((site) => site.close())));

  for (const { name: browser, skip } of browsers) {
    test(`in ${browser}, no way to leave a stream causes an unhandled error`, {
      skip,
      timeout: LIMIT,
    }, async () => {
      const [own, server] = sites.map(({ url }) => url);
      const { page, close } = await openPage(browser, own);
      try {
        await page.evaluate(listen);
        for (const [time, { kind, response }] of Object.entries(TIMES)) {
          const hasFirst = !("hangs" in response);
          for (const way of await page.evaluate(namesOfWays, kind)) {
            const key = crypto.randomUUID();
            const query = new URLSearchParams({ key, responses: JSON.stringify([response]) });
            await page.evaluate(begin, { kind, way, url: `${server}/responses?${query}`, hasFirst });
            await until(() => record.of(key).open === 1, `${way} ${time}: a connection`);
            await page.evaluate(leave);
            await until(() => record.of(key).open === 0, `${way} ${time}: no connection`);
          }
        }
        await pause(500);
        assert.deepEqual(await page.evaluate(tell), []);
      } finally {
        await close();
      }
    });
  }
});

async function until(isTrue, what) {
  for (const deadline = Date.now() + PATIENCE; !isTrue(); await pause(20)) {
    if (Date.now() > deadline) throw new Error(`${what}: not after ${PATIENCE} ms`);
  }
}

/** Runs in the page: records unhandled errors, and defines the ways. A way begins a stream and returns its leave function. */
async function listen() {
  const load = (path) => import(path);
  const { FetchEventSource, events } = await load("eventsource-wasm");
  const { fetchEventSource } = await load("eventsource-wasm/fetch-event-source");
  const stray = [];
  for (const type of ["error", "unhandledrejection"]) {
    addEventListener(type, (event) => stray.push(`${type}: ${event.reason ?? event.message}`));
  }
  console.error = (...args) => stray.push(`console.error: ${args.join(" ")}`);

  /** Reads the first event, and then goes on reading. */
  const read = (iterator) => {
    const first = iterator.next();
    return { first, rest: first.then(() => iterator.next()) };
  };
  const source = (url, options) => {
    const source = new FetchEventSource(url, options);
    source.onerror = ({ error }) => stray.push(`an error event of the source: ${error.code}`);
    return { source, first: new Promise((resolve) => source.once("message", resolve)) };
  };
  const aborted = (promise) => promise.then(undefined, () => {});
  const requested = {
    "close() of a source": (url) => {
      const { source: it, first } = source(url);
      return { first, leave: () => it.close() };
    },
    "an abort of a source": (url) => {
      const controller = new AbortController();
      const { first } = source(url, { signal: controller.signal });
      return { first, leave: () => controller.abort() };
    },
    "return() of a loop over a source": (url) => {
      const { source: it, first } = source(url);
      const loop = it.events();
      loop.next();
      return {
        first,
        leave: async () => {
          await loop.return();
          it.close();
        },
      };
    },
    "close() of events()": (url) => {
      const stream = events(url);
      return { ...read(stream), leave: () => stream.close() };
    },
    "return() of events()": (url) => {
      const stream = events(url);
      return { ...read(stream), leave: () => stream.return() };
    },
    "an abort of events()": (url) => {
      const controller = new AbortController();
      const stream = events(url, { signal: controller.signal });
      const { first, rest } = read(stream);
      aborted(first);
      aborted(rest);
      return { first, leave: () => controller.abort() };
    },
    "an abort of fetchEventSource()": (url) => {
      const controller = new AbortController();
      const first = new Promise((onmessage) => {
        aborted(fetchEventSource(url, { signal: controller.signal, openWhenHidden: true, onmessage }));
      });
      return { first, leave: () => controller.abort() };
    },
  };
  const given = {
    "close() of events() of a response": async (url) => {
      const stream = events(await fetch(url));
      return { ...read(stream), leave: () => stream.close() };
    },
    "an abort of the fetch whose response was given": async (url) => {
      const controller = new AbortController();
      const stream = events(await fetch(url, { signal: controller.signal }));
      const { first, rest } = read(stream);
      aborted(rest);
      return { first, leave: () => controller.abort() };
    },
    "close() of a source of a body": async (url) => {
      const source = FetchEventSource.fromReadableStream((await fetch(url)).body);
      return { first: new Promise((resolve) => source.once("message", resolve)), leave: () => source.close() };
    },
  };
  Object.assign(globalThis, { stray, ways: { "asked for": requested, given } });
}

/** Runs in the page. */
const namesOfWays = (kind) => Object.keys(globalThis.ways[kind]);

/** Runs in the page. */
async function begin({ kind, way, url, hasFirst }) {
  globalThis.begun = await globalThis.ways[kind][way](url);
  if (hasFirst) await globalThis.begun.first;
}

/** Runs in the page. */
const leave = () => globalThis.begun.leave();

/** Runs in the page. */
const tell = () => globalThis.stray;
