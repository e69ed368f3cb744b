/**
 * `FetchEventSource` as a replacement of `EventSource` of the package `eventsource`: the same program with both, and what it
 * sees. That both have the standard's interface is tested by `tests/browser/conformance/`.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { EventSource as Theirs } from "eventsource";
import { FetchEventSource as Ours } from "eventsource-wasm";
import { next, opened, pause, route } from "./server.mjs";

// Theirs waits for its next connection by a timer that lets Node.js end.
const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

const responses = (...list) => route("/responses", { responses: JSON.stringify(list) });

/** @type {Record<string, { run: (Source: any) => Promise<unknown>, theirs: unknown, ours: unknown }>} */
const SCENARIOS = {
  "a fetch that spreads the headers adds to them": {
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
  "what a fetch is called with": {
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
  "the last event ID of an event that has none of its own": {
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
  "what close() in a listener leaves of a chunk": {
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
  "a retry beyond 31 bits, asked again at once": {
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
  "a server that ends each connection at once, asked again in the time that it gave": {
    async run(Source) {
      const { url, seen } = responses({ body: "retry: 20\n\n", ends: true });
      opened(new Source(url));
      await pause(500);
      return (await seen()).requests.length > 8;
    },
    theirs: true,
    ours: false,
  },
  "a limit for what one event may take": {
    // Of which each knows one.
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

/** Resolves after so many messages. */
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
