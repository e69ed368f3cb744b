/** Bodies whose `read()` and `cancel()` never settle, or fail late, as in bridges to a native fetch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { TestClock } from "eventsource-wasm/testing";
import { next, opened, pause } from "./server.mjs";

/** The time limit of each test, in ms. */
const LIMIT = 5000;
const URL_TEXT = "https://api.test/";
const bytes = (text) => new TextEncoder().encode(text);

/** A fetch that ignores its signal. Each body has one chunk, and then a read that is pending until the test settles it. */
function hanging(text = "id: 7\ndata: 1\n\n") {
  const bodies = [];
  const fetch = async () => {
    const body = { cancels: 0, isRead: false, answer: (_result) => {}, fail: (_error) => {} };
    bodies.push(body);
    const read = async () => {
      if (body.isRead) return new Promise((resolve, reject) => Object.assign(body, { answer: resolve, fail: reject }));
      body.isRead = true;
      return { done: false, value: bytes(text) };
    };
    const cancel = () => {
      body.cancels += 1;
      return new Promise(() => {});
    };
    const getReader = (options) => {
      if (options) throw new TypeError("no bytes");
      return { read, cancel };
    };
    return { status: 200, headers: new Headers({ "content-type": "text/event-stream" }), url: "", body: { getReader } };
  };
  return { fetch, bodies };
}

for (const [way, leave] of /** @type {const} */ ([
  [
    "close()",
    async (fetch) => {
      const source = opened(new FetchEventSource(URL_TEXT, { fetch }));
      await next(source, "message");
      source.close();
      return (await source.closed).code;
    },
  ],
  [
    "an abort",
    async (fetch) => {
      const controller = new AbortController();
      const source = opened(new FetchEventSource(URL_TEXT, { fetch, signal: controller.signal }));
      await next(source, "message");
      controller.abort();
      return (await source.closed).code;
    },
  ],
  ["until", async (fetch) => (await opened(new FetchEventSource(URL_TEXT, { fetch, until: "1" })).closed).code],
  [
    "break",
    async (fetch) => {
      const stream = events(URL_TEXT, { fetch });
      for await (const _ of stream) break;
      return (await stream.closed).code;
    },
  ],
  [
    "return()",
    async (fetch) => {
      const stream = events(URL_TEXT, { fetch });
      await stream.next();
      const waiting = stream.next();
      await stream.return();
      assert.deepEqual(await waiting, { done: true, value: undefined });
      return (await stream.closed).code;
    },
  ],
])) {
  test(`${way} ends at once even if read() and cancel() never settle, and calls cancel()`, {
    timeout: LIMIT,
  }, async () => {
    const { fetch, bodies } = hanging();
    const code = await leave(fetch);
    assert.equal(code, { "an abort": "aborted", until: "complete" }[way] ?? "closed");
    assert.deepEqual([bodies.length, bodies[0].cancels], [1, 1]);
  });
}

test("a time limit ends an attempt whose read never settles: the next begins, and a late chunk is dropped", {
  timeout: LIMIT,
}, async () => {
  const { fetch, bodies } = hanging();
  const clock = new TestClock();
  const source = opened(new FetchEventSource(URL_TEXT, { fetch, clock, idleTimeout: 1000 }));
  const seen = [];
  source.on("message", (data) => seen.push(data));
  source.onerror = ({ error }) => seen.push(error.code);
  await clock.advance(1000);
  await clock.advance(3000);
  assert.deepEqual([bodies.length, bodies[0].cancels], [2, 1]);
  bodies[0].answer({ done: false, value: bytes("data: late\n\n") });
  await clock.advance(500);
  assert.deepEqual(seen, ["1", "idle-timeout", "1"]);
  assert.equal(source.readyState, source.OPEN);
});

test("a read that fails long after the source is closed is no unhandled rejection", async () => {
  const { fetch, bodies } = hanging();
  const source = opened(new FetchEventSource(URL_TEXT, { fetch }));
  source.onerror = () => assert.fail("the source is closed");
  const stray = [];
  const listener = (error) => stray.push(error);
  process.on("unhandledRejection", listener);
  try {
    await next(source, "message");
    await pause(0);
    source.close();
    bodies[0].fail(new DOMException("BodyStreamBuffer was aborted", "AbortError"));
    await pause(20);
    assert.deepEqual(stray, []);
  } finally {
    process.off("unhandledRejection", listener);
  }
});

for (const [what, cancel] of Object.entries({
  "returns nothing": () => {},
  throws: () => {
    throw new Error("no cancel");
  },
})) {
  test(`a cancel() that ${what} delays nothing`, { timeout: LIMIT }, async () => {
    let reads = 0;
    const read = async () => (reads++ ? new Promise(() => {}) : { done: false, value: bytes("data: 1\n\n") });
    const getReader = (options) => {
      if (options) throw new TypeError("no bytes");
      return { read, cancel };
    };
    const fetch = async () => ({
      status: 200,
      headers: new Headers({ "content-type": "text/event-stream" }),
      url: "",
      body: { getReader },
    });
    const source = opened(new FetchEventSource(URL_TEXT, { fetch }));
    await next(source, "message");
    await pause(10);
    source.close();
    assert.equal((await source.closed).code, "closed");
  });
}
