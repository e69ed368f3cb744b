/** Classes that are not the global classes: of another realm, as under jsdom, of undici and node-fetch, and of polyfills. */
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { fetchEventSource } from "eventsource-wasm/fetch-event-source";
import { next, opened, pause, route } from "./server.mjs";

const HEADERS = { "content-type": "text/event-stream" };
const bytes = (text) => new TextEncoder().encode(text);

/** A signal of an unknown class, with its set of listeners. */
class OtherSignal {
  aborted = false;
  reason;
  listeners = new Set();

  addEventListener(_type, listener) {
    this.listeners.add(listener);
  }

  removeEventListener(_type, listener) {
    this.listeners.delete(listener);
  }

  abort(reason) {
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.listeners) listener({ type: "abort" });
  }
}

/** A stream that has only `getReader()`. */
function otherStream(...texts) {
  const chunks = texts.map(bytes);
  return {
    getReader(options) {
      if (options) throw new TypeError("no bytes");
      return {
        read: async () => ({ done: chunks.length === 0, value: chunks.shift() }),
        cancel: async () => {},
      };
    },
  };
}

/** An object with the members of a Request, but no `body`, as in Firefox. */
const otherRequest = (url, { method = "GET", headers = {}, body = "", signal = new OtherSignal() } = {}) => ({
  ...{ url, method, headers: new Headers(headers), signal, bodyUsed: false },
  credentials: "omit",
  arrayBuffer: async () => bytes(body).buffer,
  clone: () => otherRequest(url, { method, headers, body, signal }),
});

async function all(stream) {
  const seen = [];
  for await (const { data } of stream) seen.push(data);
  return seen;
}

test("a signal of another realm closes a source, which leaves no listener on it", async () => {
  const signal = new OtherSignal();
  const { url, until } = route("/hang");
  const source = new FetchEventSource(url, { signal });
  await until(({ open }) => open === 1);
  signal.abort("enough");
  assert.deepEqual(await source.closed, { code: "aborted", cause: "enough" });
  assert.equal(signal.listeners.size, 0);
  await until(({ open, closed }) => open === 0 && closed === 1);
  assert.deepEqual(await new FetchEventSource(url, { signal }).closed, { code: "aborted", cause: "enough" });
});

test("a loop throws an AbortError if a signal without a reason, as of old browsers, aborts before it or during it", async () => {
  const body = () => new ReadableStream({ start: (it) => it.enqueue(bytes("data: 1\n\n")) });
  const fetch = async () => new Response(body(), { headers: HEADERS });
  for (const loop of [
    (signal) => events(body(), { signal }),
    (signal) => opened(new FetchEventSource("http://127.0.0.1:9/", { fetch, signal })).events(),
  ]) {
    const signal = new OtherSignal();
    const during = loop(signal);
    await during.next();
    signal.abort();
    for (const events of [during, loop(signal)]) await assert.rejects(events.next(), { name: "AbortError" });
  }
});

test("a signal of another realm ends on(), onAny() and a loop, which leave no listener on it", async () => {
  const signal = new OtherSignal();
  const source = opened(new FetchEventSource(route("/hang").url));
  source.on("message", () => {}, { signal });
  source.onAny(() => {}, { signal });
  const loop = source.events({ signal });
  assert.equal(signal.listeners.size, 3);
  signal.abort();
  assert.equal(signal.listeners.size, 0);
  assert.deepEqual(await loop.next(), { done: true, value: undefined });
});

test("the signals of a Request and of the options both abort, and no listener is left on them", async () => {
  for (const which of [0, 1]) {
    const signals = [new OtherSignal(), new OtherSignal()];
    const { url, until } = route("/hang");
    const stream = events(otherRequest(url, { signal: signals[0] }), { signal: signals[1] });
    const pending = stream.next();
    await until(({ open }) => open === 1);
    signals[which].abort(new Error(`enough of ${which}`));
    await assert.rejects(pending, { message: `enough of ${which}` });
    assert.deepEqual(
      signals.map(({ listeners }) => listeners.size),
      [0, 0],
    );
    await until(({ open, closed }) => open === 0 && closed === 1);
  }
});

test("fetchEventSource takes a Request and a signal of another realm", async () => {
  const signal = new OtherSignal();
  const { url, seen } = route("/echo");
  const request = otherRequest(url, { method: "POST", headers: { "x-a": "1" }, body: "hello" });
  const onmessage = () => signal.abort();
  await fetchEventSource(request, { signal, onmessage });
  const [{ method, body, headers }] = (await seen()).requests;
  assert.deepEqual([method, body, headers["x-a"]], ["POST", "hello", "1"]);
  assert.deepEqual([signal.listeners.size, request.signal.listeners.size], [0, 0]);
});

test("events() takes a Response and a stream of another realm", async () => {
  const response = { status: 200, headers: new Headers(HEADERS), url: "", body: otherStream("data: 1\n\n") };
  assert.deepEqual(await all(events(response)), ["1"]);
  assert.deepEqual(await all(events(otherStream("data: 1\n", "\n"))), ["1"]);
  const source = FetchEventSource.fromReadableStream(otherStream("data: 1\n\n"));
  assert.equal((await next(source, "message")).data, "1");
});

test("events() takes a Response whose body is a stream of Node.js, and closes its socket", async () => {
  const { url, until } = route("/body", { body: "data: 1\n\ndata: 2\n\n" });
  for (const reads of [true, false]) {
    const body = await new Promise((resolve) => http.get(url, resolve));
    const stream = events({ status: 200, headers: new Headers(body.headers), url, body });
    if (reads) assert.equal((await stream.next()).value.data, "1");
    stream.close();
    await until(({ open }) => open === 0);
  }
});

test("a body that is a stream of another realm is sent with duplex half", async () => {
  let sent;
  const fetch = async (_url, init) => {
    sent = init;
    return new Response(null, { status: 204 });
  };
  await new FetchEventSource("http://127.0.0.1:9/", { fetch, body: Object.create(otherStream()) }).closed;
  assert.equal(sent.duplex, "half");
});

test("a Request of another realm is sent as it is", async () => {
  const options = { method: "PUT", headers: { "x-a": "1" }, body: "hello" };
  for (const fetch of [undefined, (url, init) => globalThis.fetch(url, { ...init })]) {
    const stream = events(otherRequest(route("/echo").url, options), { decode: "json", fetch });
    const { method, headers, body } = (await stream.next()).value.data;
    assert.deepEqual([method, headers["x-a"], body, headers.accept], ["PUT", "1", "hello", "text/event-stream"]);
    stream.close();
  }
});

test("a fetch option gets the URL of a Request as text, and an init that may be spread", async () => {
  const init = {
    method: "POST",
    headers: { "x-a": "1", "content-type": "text/plain" },
    body: "hello",
    credentials: "omit",
    redirect: "manual",
    mode: "same-origin",
    integrity: "sha256-x",
    keepalive: true,
    referrer: "",
    referrerPolicy: "origin",
  };
  const { url } = route("/echo");
  let got;
  const fetch = (...args) => {
    got = args;
    return globalThis.fetch(args[0], { ...args[1], integrity: "", redirect: "follow" });
  };
  const stream = events(new Request(url, init), { fetch, decode: "json" });
  const { method, headers, body } = (await stream.next()).value.data;
  stream.close();
  assert.deepEqual([method, headers["x-a"], headers["content-type"], body], ["POST", "1", "text/plain", "hello"]);
  assert.equal(got[0], url);
  assert.equal(Object.getPrototypeOf(got[1]), Object.prototype);
  const { method: _, headers: plain, body: sent, ...kept } = init;
  for (const [name, value] of Object.entries(kept)) assert.equal(got[1][name], value, name);
  assert.equal(plain["x-a"], got[1].headers["x-a"]);
  assert.equal(new TextDecoder().decode(got[1].body), sent);
});

test("options override a Request, and a Request without a body is sent without a body", async () => {
  let init;
  const fetch = async (_url, made) => {
    init = made;
    return new Response(null, { status: 204 });
  };
  const request = new Request("http://127.0.0.1:9/", { mode: "same-origin", credentials: "omit" });
  await assert.rejects(events(request, { fetch, mode: "cors", withCredentials: true }).next(), { code: "no-content" });
  assert.deepEqual([init.mode, init.credentials, init.method, "body" in init], ["cors", "include", "GET", false]);
  await assert.rejects(events(request, { fetch, method: "POST", body: "x" }).next(), { code: "no-content" });
  assert.deepEqual([init.method, init.body], ["POST", "x"]);
});

test("a Request whose body was already read is not sent", async () => {
  const request = new Request("http://127.0.0.1:9/", { method: "POST", body: "x" });
  await request.text();
  const fetch = () => assert.fail("the request was sent without its body");
  await assert.rejects(events(request, { fetch }).next(), ({ code, cause }) => {
    return code === "request" && cause instanceof TypeError;
  });
});

/** Runs a function with an AbortController whose signal `fetch` and `Request` refuse, as Node.js refuses signals of jsdom. */
async function underOtherController(run) {
  const saved = Object.fromEntries(["AbortController", "Request", "fetch"].map((name) => [name, globalThis[name]]));
  const refuse = (init) => {
    if (init?.signal instanceof OtherSignal) throw new TypeError("Expected signal to be an instance of AbortSignal");
  };
  globalThis.AbortController = class {
    signal = new OtherSignal();

    abort(reason) {
      this.signal.abort(reason);
    }
  };
  globalThis.Request = class extends saved.Request {
    constructor(input, init) {
      refuse(init);
      super(input, init);
    }
  };
  globalThis.fetch = async (input, init) => {
    refuse(init);
    return saved.fetch(input, init);
  };
  try {
    await run();
  } finally {
    Object.assign(globalThis, saved);
  }
}

test("if fetch refuses signals of the global AbortController, a signal of Node aborts it", async () => {
  await underOtherController(async () => {
    for (const fetch of [undefined, (url, init) => globalThis.fetch(url, init)]) {
      const { url, until } = route("/hang");
      const stream = events(url, { fetch });
      const pending = stream.next();
      await until(({ open }) => open === 1);
      stream.close();
      assert.deepEqual(await pending, { done: true, value: undefined });
      await until(({ open, closed }) => open === 0 && closed === 1);
    }
  });
});

test("if no signal is accepted by fetch, the request is sent without a signal, and close() cancels its body", async (t) => {
  t.mock.method(process, "getBuiltinModule", () => undefined);
  await underOtherController(async () => {
    const { url, until } = route("/body", { body: "data: 1\n\n" });
    const stream = events(url);
    assert.equal((await stream.next()).value.data, "1");
    stream.close();
    await until(({ open, closed }) => open === 0 && closed === 1);
  });
  await pause(0);
});
