import assert from "node:assert/strict";
import { test } from "node:test";
import { EventSource, events, FetchEventSource } from "eventsource-wasm";
import { createParser } from "eventsource-wasm/parser";

test("a URL that does not parse is a SyntaxError at construction", () => {
  for (const url of ["http://[", "/relative", ""]) {
    assert.throws(() => new FetchEventSource(url), { name: "SyntaxError" }, url);
    assert.throws(() => events(url), { name: "SyntaxError" }, url);
  }
});

const WRONG = {
  method: 7,
  signal: {},
  withCredentials: "yes",
  credentials: 7,
  mode: 7,
  redirect: 7,
  referrer: 7,
  referrerPolicy: 7,
  headers: 7,
  body: { prompt: "an object" },
  lastEventId: 7,
  decode: "xml",
  eventNames: "update",
  onDecodeError: "ignore",
  retry: 7,
  connectTimeout: -1,
  idleTimeout: "60",
  maxEventSize: Number.NaN,
  eventTimeout: -1,
  maxErrorBody: -1,
  until: { name: "end" },
  failOn: 3,
  unfinished: "drop",
  dedupe: "all",
  accept: "text/plain",
  emptyData: true,
  onComment: "log",
  lastEventIdHeader: "no",
  whenHidden: "close",
  persistId: "local",
  clock: Date,
  fetch: {},
};

for (const [name, value] of Object.entries(WRONG)) {
  test(`option '${name}' of the wrong type is a TypeError that names it`, () => {
    const named = { name: "TypeError", message: new RegExp(`'${name}'`) };
    if (name !== "onDecodeError") {
      assert.throws(() => new FetchEventSource("http://127.0.0.1/", { [name]: value }), named);
    }
    if (name !== "retry") assert.throws(() => events("http://127.0.0.1/", { [name]: value }), named);
  });
}

test("one event name in both 'until' and 'failOn' is a TypeError", () => {
  const named = { name: "TypeError", message: /'until' and 'failOn' name the same event/ };
  for (const failOn of ["end", ["error", "end"]]) {
    const options = { until: { event: "end" }, failOn };
    assert.throws(() => new FetchEventSource("http://127.0.0.1/", options), named);
    assert.throws(() => events("http://127.0.0.1/", options), named);
  }
  events("http://127.0.0.1/", { until: { event: "end" }, failOn: "error" }).close();
});

test("reconnect() with an ID that is no string is a TypeError", () => {
  const source = new FetchEventSource("http://127.0.0.1:9/");
  assert.throws(() => source.reconnect({ lastEventId: 7 }), { name: "TypeError", message: /'lastEventId'/ });
  source.close();
});

test("invalid numbers of a retry policy are errors", () => {
  for (const [name, value] of Object.entries({
    initialDelay: -1,
    maxDelay: "1",
    factor: 0,
    jitter: 1,
    maxAttempts: 0,
  })) {
    assert.throws(() => new FetchEventSource("http://127.0.0.1/", { retry: { [name]: value } }), {
      name: "TypeError",
      message: new RegExp(`'retry.${name}'`),
    });
  }
});

test("a decoder of the wrong type is a TypeError that names it", () => {
  const named = { name: "TypeError", message: /'decode.update'/ };
  for (const update of ["jsn", 7, null, {}, { "~standard": {} }]) {
    assert.throws(() => new FetchEventSource("http://127.0.0.1/", { decode: { update } }), named);
    assert.throws(() => events("http://127.0.0.1/", { decode: { update } }), named);
  }
});

test("a decoder for an event that is missing in 'eventNames' is a TypeError that names it", async () => {
  const unknown = { eventNames: ["update"], decode: { update: "json", upgrade: "json" } };
  const named = { name: "TypeError", message: /'decode.upgrade'.*'eventNames'/ };
  const { body } = new Response("");
  assert.throws(() => new FetchEventSource("http://127.0.0.1/", unknown), named);
  assert.throws(() => new EventSource("http://127.0.0.1/", unknown), named);
  assert.throws(() => events("http://127.0.0.1/", unknown), named);
  assert.throws(() => FetchEventSource.fromReadableStream(body, unknown), named);
  assert.throws(() => events("http://127.0.0.1/", { eventNames: [7] }), { name: "TypeError", message: /'eventNames'/ });
  // Any server may send messages, so `message` needs no entry in `eventNames`.
  events("http://127.0.0.1/", { eventNames: ["update"], decode: { message: "json" } }).close();
  events("http://127.0.0.1/", { eventNames: ["update"], decode: "json" }).close();
});

test("an option of a request is a TypeError where no request is sent", async () => {
  const options = { method: "POST", headers: {}, body: "hello", fetch, retry: {} };
  for (const [name, value] of Object.entries(options)) {
    const named = { name: "TypeError", message: new RegExp(`'${name}' must be left out`) };
    const option = { [name]: value };
    const response = new Response("data: 1\n\n", { headers: { "content-type": "text/event-stream" } });
    assert.throws(() => events(response, option), named);
    assert.throws(() => events(response.body, option), named);
    assert.throws(() => FetchEventSource.fromReadableStream(response.body, option), named);
    // Nothing has read the response.
    assert.equal((await events(response, { body: null }).next()).value.data, "1");
  }
});

test("arguments of the wrong type are TypeErrors", () => {
  assert.throws(() => new FetchEventSource("http://127.0.0.1/", 7), TypeError);
  assert.throws(() => new FetchEventSource(), { name: "TypeError", message: /URL/ });
  assert.throws(() => events(Promise.resolve(new Response())), { name: "TypeError", message: /await/ });
  assert.throws(() => events(7), { name: "TypeError", message: /'input'/ });
  const source = new FetchEventSource("http://127.0.0.1:9/");
  assert.throws(() => source.on(7, () => {}), { name: "TypeError", message: /'type'/ });
  assert.throws(() => source.on("message", {}), { name: "TypeError", message: /'listener'/ });
  assert.throws(() => source.on("message", () => {}, { signal: {} }), { name: "TypeError", message: /'signal'/ });
  assert.throws(() => source.on("message", () => {}, { onError: "log" }), { name: "TypeError", message: /'onError'/ });
  assert.throws(() => source.onAny("message"), { name: "TypeError", message: /onAny.*'listener'/ });
  assert.throws(() => source.onAny(() => {}, { signal: {} }), { name: "TypeError", message: /onAny.*'signal'/ });
  assert.throws(() => source.events({ onDecodeError: 7 }), { name: "TypeError", message: /'onDecodeError'/ });
  assert.throws(() => source.events({ signal: {} }), { name: "TypeError", message: /'signal'/ });
  source.close();
});

test("the parser takes text and bytes, and nothing else", () => {
  assert.throws(() => createParser(), TypeError);
  assert.throws(() => createParser({ onEvent: 7 }), { name: "TypeError", message: /'onEvent'/ });
  assert.throws(() => createParser({ maxBufferSize: -1 }), { name: "TypeError", message: /'maxBufferSize'/ });
  const parser = createParser({});
  for (const chunk of [42, null, undefined, {}, [1]]) {
    assert.throws(() => parser.feed(chunk), { name: "TypeError", message: /'chunk'/ });
  }
});

test("without a global EventSource, the error names what to use instead", { skip: "EventSource" in globalThis }, () => {
  assert.throws(() => new EventSource("http://127.0.0.1/"), { name: "NotSupportedError", message: /FetchEventSource/ });
});
