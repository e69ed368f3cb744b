/**
 * A global `fetch` that instrumentation has replaced. A clone of the response must neither delay events nor keep the connection
 * open: the clone's branch of the body goes on when only our branch is cancelled.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../support/until.mjs";
import { openPage } from "./browsers.mjs";
import { startHeldStreams } from "./held-streams.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";

/** The replacements of `fetch`, with their names in `instrument`. */
const PATCHES = {
  "reads a clone to its end": "text",
  "reads a clone chunk by chunk": "chunks",
  "makes a clone without reading it": "unread",
  "returns the clone, and reads the response": "swapped",
  "makes a Request and a Response of its own": "rebuilt",
  "passes on the Request alone": "alone",
};
const WAYS = ["FetchEventSource", "events()", "fetchEventSource()"];
const EVENTS = 4;
/** The time limit of a test, in ms. */
const LIMIT = 60_000;

inEachBrowser("an instrumented fetch", instrumentIn);

function instrumentIn(browser) {
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

  for (const [title, patch] of Object.entries(PATCHES)) {
    for (const way of WAYS) {
      test(`a fetch that ${title}: ${way} gets each event at once, and close() frees the socket`, {
        timeout: LIMIT,
      }, async () => {
        const { page } = opened;
        const key = crypto.randomUUID();
        await page.goto(site.url);
        await page.evaluate(instrument, { url: `/held?key=${key}`, patch, way });
        const seen = async (count) => {
          const now = await until(`event ${count}`, async () => {
            const { seen } = await page.evaluate(tellTrial);
            return seen.length >= count && seen;
          });
          assert.equal(now.join(), Array.from({ length: count }, (_, index) => index + 1).join());
        };

        const first = await until("the request", () => site.of(key)[0]);
        for (let number = 1; number <= EVENTS; number++) {
          first.sendEvents(number);
          await seen(number);
        }
        let last = first;
        if (way !== "events()") {
          first.cut();
          last = await until("the next request", () => site.of(key)[1]);
          assert.equal(last.lastEventId, String(EVENTS));
          last.sendEvents(EVENTS + 1);
          await seen(EVENTS + 1);
        }
        assert.equal(last.isOpen, true);
        await page.evaluate(endTrial);
        await until("the end of the connection", () => !last.isOpen);
        const { calls, stray } = await page.evaluate(tellTrial);
        assert.deepEqual({ calls, stray }, { calls: site.of(key).length, stray: [] });
      });
    }
  }
}

/** Runs in the page. */
async function instrument({ url, patch, way }) {
  const trial = { calls: 0, seen: [], stray: [], end() {} };
  Object.assign(globalThis, { trial });
  for (const type of ["error", "unhandledrejection"]) {
    addEventListener(type, (event) => trial.stray.push(`${type}: ${event.reason ?? event.message}`));
  }

  const real = globalThis.fetch;
  const readText = (response) => void response.text().catch(() => {});
  const readChunks = async (response) => {
    const reader = response.body.getReader();
    while (!(await reader.read()).done);
  };
  const patches = {
    text(response) {
      readText(response.clone());
      return response;
    },
    chunks(response) {
      readChunks(response.clone()).catch(() => {});
      return response;
    },
    unread(response) {
      response.clone();
      return response;
    },
    swapped(response) {
      const clone = response.clone();
      readText(response);
      return clone;
    },
    rebuilt: (response) => new Response(response.body, response),
    alone(response) {
      readText(response.clone());
      return response;
    },
  };
  /** For each patch that changes the arguments: how it calls the real `fetch`. */
  const calls = {
    rebuilt: (...args) => real(new Request(...args)),
    alone: (input, init) => real(input instanceof Request ? input : new Request(input, init)),
  };
  globalThis.fetch = async (...args) => {
    trial.calls += 1;
    return patches[patch](await (calls[patch] ?? real)(...args));
  };

  const load = (path) => import(path);
  const { events, FetchEventSource } = await load("eventsource-wasm");
  const { fetchEventSource } = await load("eventsource-wasm/fetch-event-source");
  const ways = {
    FetchEventSource() {
      const source = new FetchEventSource(url, { retry: { initialDelay: 50 } });
      source.on("message", (data) => trial.seen.push(data));
      trial.end = () => source.close();
    },
    "events()"() {
      const stream = events(url);
      const read = async () => {
        for await (const { data } of stream) trial.seen.push(data);
      };
      read();
      trial.end = () => stream.close();
    },
    "fetchEventSource()"() {
      const controller = new AbortController();
      fetchEventSource(url, {
        signal: controller.signal,
        openWhenHidden: true,
        onmessage: ({ data }) => void trial.seen.push(data),
        // In WebKitGTK, a broken connection is a clean end.
        onclose() {
          throw new Error("closed");
        },
        onerror: () => 50,
      });
      trial.end = () => controller.abort();
    },
  };
  ways[way]();
}

/** Runs in the page. */
const tellTrial = () => {
  const { calls, seen, stray } = globalThis.trial;
  return { calls, seen, stray };
};

/** Runs in the page. */
const endTrial = () => globalThis.trial.end();
