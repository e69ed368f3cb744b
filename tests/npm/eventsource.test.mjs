/**
 * Compares `FetchEventSource` with `EventSource` of the package `eventsource`, which it can replace: each program runs with
 * both. `tests/browser/conformance/` tests the standard's interface.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { EventSource as Theirs } from "eventsource";
import { FetchEventSource as Ours } from "eventsource-wasm";
import { next, opened, pause, route } from "./server.mjs";

// The timer with which theirs waits for its next connection does not keep Node.js running.
const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

const responses = (...list) => route("/responses", { responses: JSON.stringify(list) });

/** @type {Record<string, { run: (Source: any) => Promise<unknown>, theirs: unknown, ours: unknown }>} */
const SCENARIOS = {
  "a fetch option that spreads the headers adds to them": {
    async run(Source) {
      const { url } = route("/echo");
      const add = (headers) => ({ ...headers, authorization: "Bearer fresh" });
      const fetchWith = (input, init) => fetch(input, { ...init, headers: add(init.headers) });
      const source = opened(new Source(url, { fetch: fetchWith }));
      const { headers } = JSON.parse((await next(source, "request")).data);
      return [headers.accept, headers.authorization];
    },
    theirs: ["text/event-stream", "Bearer fresh"],
    ours: ["text/event-stream", "Bearer fresh"],
  },
  "the property by which libraries detect the option fetch": {
    async run(Source) {
      return Object.getOwnPropertyDescriptor(Source, Symbol.for("eventsource.supports-fetch-override"));
    },
    theirs: { value: true, writable: false, enumerable: false, configurable: false },
    ours: { value: true, writable: false, enumerable: false, configurable: false },
  },
  "the arguments of a fetch option": {
    async run(Source) {
      const { url } = route("/echo");
      const seen = new Promise((resolve) => {
        const fetchAndTell = (input, init) => {
          resolve([typeof input, Object.keys(init.headers)]);
          return fetch(input, init);
        };
        opened(new Source(url, { fetch: fetchAndTell }));
      });
      return seen;
    },
    theirs: ["object", ["Accept"]],
    ours: ["string", ["accept"]],
  },
  "named events, IDs and the reconnect": {
    async run(Source) {
      const { url, seen } = route("/numbers", { end: 2, total: 4, retry: 10 });
      const source = opened(new Source(url));
      const found = [];
      source.onmessage = ({ data, lastEventId }) => found.push(`${lastEventId}: ${data}`);
      await next(source, "done");
      return [found, (await seen()).requests.map(({ lastEventId }) => lastEventId)];
    },
    theirs: [
      ["1: 1", "2: 2", "3: 3", "4: 4"],
      [null, "2"],
    ],
    ours: [
      ["1: 1", "2: 2", "3: 3", "4: 4"],
      [null, "2"],
    ],
  },
  "the status of a refusal": {
    async run(Source) {
      const { url } = route("/answer", { status: 404, body: "gone" });
      const event = await next(opened(new Source(url)), "error");
      return [event.code, event.error?.status, event.error?.bodyPrefix];
    },
    theirs: [404, undefined, undefined],
    ours: [404, 404, "gone"],
  },
  "the last event ID of an event without an ID of its own": {
    async run(Source) {
      const { url } = responses({ body: "id: 1\ndata: one\n\ndata: two\n\n" });
      const ids = [];
      const source = opened(new Source(url));
      source.onmessage = ({ lastEventId }) => ids.push(lastEventId);
      await Promise.race([count(source, 2), pause(5000)]);
      return ids;
    },
    theirs: ["1", "1"],
    ours: ["1", "1"],
  },
  "close() in a listener drops the rest of the chunk": {
    async run(Source) {
      const { url } = responses({ body: "data: one\n\ndata: two\n\n" });
      const found = [];
      const source = opened(new Source(url));
      source.onmessage = ({ data }) => {
        found.push(data);
        source.close();
      };
      await Promise.race([next(source, "message"), pause(5000)]);
      await pause(100);
      return found;
    },
    theirs: ["one"],
    ours: ["one"],
  },
  "a retry beyond 31 bits makes theirs reconnect at once": {
    async run(Source) {
      const { url, seen } = responses({ body: "retry: 3000000000\ndata: one\n\n", ends: true });
      const source = opened(new Source(url));
      await next(source, "open");
      let requests = 0;
      for (let looks = 0; looks < 40 && requests < 2; looks++) {
        await pause(10);
        requests = (await seen()).requests.length;
      }
      source.close();
      return requests > 1;
    },
    theirs: true,
    ours: false,
  },
  "a server that ends each connection at once makes theirs reconnect without backoff": {
    async run(Source) {
      const { url, seen } = responses({ body: "retry: 20\n\n", ends: true });
      opened(new Source(url));
      await pause(500);
      return (await seen()).requests.length > 8;
    },
    theirs: true,
    ours: false,
  },
  "a size limit for one event": {
    // Each class has one of these two options.
    async run(Source) {
      const { url } = responses({ body: `data: ${"x".repeat(2000)}\n` });
      const source = opened(new Source(url, { maxBufferSize: 1000, maxEventSize: 1000 }));
      const event = await Promise.race([next(source, "error"), pause(5000)]);
      return [source.readyState, event?.error?.code];
    },
    theirs: [2, undefined],
    ours: [2, "event-too-large"],
  },
};

/** Resolves after this many messages. */
async function count(source, messages) {
  for (let left = messages; left > 0; left--) await next(source, "message");
}

describe("FetchEventSource beside eventsource", () => {
  for (const [name, { run, theirs, ours }] of Object.entries(SCENARIOS)) {
    test(name, async () => {
      assert.deepEqual(await run(Theirs), theirs, "eventsource");
      assert.deepEqual(await run(Ours), ours, "FetchEventSource");
    });
  }
});
