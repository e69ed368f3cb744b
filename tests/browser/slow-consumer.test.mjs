/**
 * Bytes that arrive while no read is pending, with nothing after them: the next read must get them at once. WebKit of 2026 kept
 * such bytes until more came (its bugs 319542 and 322545).
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.mjs";
import { openPage } from "./browsers.mjs";
import { startHeldStreams } from "./held-streams.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";

/** The time, in ms, in which bytes reach the browser. If they take longer, the test is weaker, but does not fail. */
const ARRIVAL = 150;
/** How often the consumer is slow. Two chunks arrive in each round, because the first may settle a pending read. */
const ROUNDS = 3;
/** The time limit of a test, in ms. */
const LIMIT = 60_000;

/** The ways in which a page consumes events. */
const WAYS = {
  "a loop over events()": "events",
  "a loop over events() of a Response": "response",
  "a loop over events() of a body": "body",
  "a loop over a FetchEventSource": "source",
  "a loop over fromReadableStream()": "fromReadableStream",
  "a FetchEventSource that is paused": "pause",
};

inEachBrowser("a slow consumer", consumeIn);

function consumeIn(browser) {
  /** @type {Awaited<ReturnType<typeof startHeldStreams>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    site = await startHeldStreams();
    opened = await openPage(browser, site.url);
  });
  after(async () => {
    await opened?.close();
    await site.close();
  });

  /** Adds a test with a page that consumes a stream. The stream is closed after the test. */
  const consuming = (name, order, run) =>
    test(name, { timeout: LIMIT }, async () => {
      const { page } = opened;
      const key = crypto.randomUUID();
      await page.evaluate(consume, { ...order, url: `/held?key=${key}` });
      const stream = await until("the request", () => site.of(key)[0]);
      const seen = async (count) => {
        const now = await until(`event ${count}`, async () => {
          const { seen, error } = await page.evaluate(tellTrial);
          if (error) throw new Error(error);
          return seen.length >= count && seen;
        });
        assert.deepEqual(
          now,
          Array.from({ length: count }, (_, index) => String(index + 1)),
        );
      };
      try {
        await run({ page, stream, seen });
      } finally {
        await page.evaluate(endTrial);
      }
      await until("the end of the connection", () => !stream.isOpen);
    });

  for (const [title, way] of Object.entries(WAYS)) {
    consuming(`${title} gets events that arrived while it was busy`, { way }, async ({ page, stream, seen }) => {
      stream.sendEvents(1);
      await seen(1);
      let sent = 1;
      for (let round = 0; round < ROUNDS; round++) {
        for (let chunk = 0; chunk < 2; chunk++) {
          stream.sendEvents(++sent);
          await pause(ARRIVAL);
        }
        // A loop handles one event for each call.
        for (let count = sent - 1; count <= sent; count++) {
          await page.evaluate(goOn);
          await seen(count);
        }
      }
    });
  }

  consuming("a Response that is read late has all events", { way: "late" }, async ({ page, stream, seen }) => {
    for (const number of [1, 2, 3]) {
      stream.sendEvents(number);
      await pause(ARRIVAL);
    }
    await page.evaluate(goOn);
    await seen(3);
  });

  consuming("a listener that blocks the page gets events that arrived meanwhile", { way: "block" }, async (trial) => {
    const { stream, seen } = trial;
    for (const number of [1, 2, 3, 4]) {
      stream.sendEvents(number);
      await pause(ARRIVAL);
    }
    await seen(4);
  });
}

/** Runs in the page. */
async function consume({ way, url }) {
  const load = (path) => import(path);
  const { events, FetchEventSource } = await load("eventsource-wasm");
  /** The time, in ms, for which a listener blocks. */
  const BLOCKED = 400;
  const controller = new AbortController();
  const { signal } = controller;
  const trial = { seen: [], goOn() {}, end: () => controller.abort() };
  Object.assign(globalThis, { trial });

  /** A loop whose body lasts until the test calls `goOn`. */
  const loop = async (stream) => {
    for await (const { data } of stream) {
      trial.seen.push(data);
      await new Promise((resolve) => {
        trial.goOn = resolve;
      });
    }
  };
  /** Reads nothing until the test calls `goOn`. */
  const late = async () => {
    const response = await fetch(url, { signal });
    await new Promise((resolve) => {
      trial.goOn = resolve;
    });
    for await (const { data } of events(response)) trial.seen.push(data);
  };
  const paused = () => {
    const source = new FetchEventSource(url, { signal });
    source.on("message", (data) => {
      trial.seen.push(data);
      source.pause();
    });
    trial.goOn = () => source.resume();
  };
  const blocking = () => {
    const source = new FetchEventSource(url, { signal });
    source.onmessage = ({ data }) => {
      trial.seen.push(data);
      for (const end = performance.now() + BLOCKED; performance.now() < end; );
    };
  };
  const ways = {
    events: () => loop(events(url, { signal })),
    response: async () => loop(events(await fetch(url, { signal }))),
    body: async () => loop(events((await fetch(url, { signal })).body)),
    source: () => loop(new FetchEventSource(url, { signal })),
    fromReadableStream: async () => loop(FetchEventSource.fromReadableStream((await fetch(url, { signal })).body)),
    pause: async () => paused(),
    block: async () => blocking(),
    late,
  };
  ways[way]().catch((error) => {
    if (!signal.aborted) trial.error = String(error);
  });
}

/** Runs in the page. */
const tellTrial = () => ({ seen: globalThis.trial.seen, error: globalThis.trial.error });

/** Runs in the page. */
const goOn = () => globalThis.trial.goOn();

/** Runs in the page. */
const endTrial = () => globalThis.trial.end();
