/**
 * Bytes that arrive while nobody reads, and nothing behind them: whoever asks next gets them at once. WebKit of 2026 kept such
 * bytes until more came (its bugs 319542 and 322545).
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.mjs";
import { openPage } from "./browsers.mjs";
import { startHeldStreams } from "./held-streams.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";

/** ms in which bytes arrive at the browser; if they need more, the test shows less, but does not fail. */
const ARRIVAL = 150;
/** How often the consumer is slow. In each round two chunks arrive, as the first may answer a read that is under way. */
const ROUNDS = 3;
/** ms for a test. */
const LIMIT = 60_000;

/** How a page consumes. */
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

  /** Begins to consume a stream that has sent event 1, and that is closed after the test. */
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
    consuming(`${title} gets events that came while it was busy`, { way }, async ({ page, stream, seen }) => {
      stream.sendEvents(1);
      await seen(1);
      let sent = 1;
      for (let round = 0; round < ROUNDS; round++) {
        for (let chunk = 0; chunk < 2; chunk++) {
          stream.sendEvents(++sent);
          await pause(ARRIVAL);
        }
        // For a loop, each event is a body of its own.
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

  consuming("a listener that blocks the page gets events that came meanwhile", { way: "block" }, async (trial) => {
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
  /** ms for which a listener that blocks does so. */
  const BLOCKED = 400;
  const controller = new AbortController();
  const { signal } = controller;
  const trial = { seen: [], goOn() {}, end: () => controller.abort() };
  Object.assign(globalThis, { trial });

  /** Its body lasts until the test lets it go on. */
  const loop = async (stream) => {
    for await (const { data } of stream) {
      trial.seen.push(data);
      await new Promise((resolve) => {
        trial.goOn = resolve;
      });
    }
  };
  /** Reads nothing before the test lets it go on. */
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
