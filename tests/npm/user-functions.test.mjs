/** The user's functions, requests, responses and bodies that misbehave: the source handles them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { createParser } from "eventsource-wasm/parser";
import { next, opened, pause, route } from "./server.mjs";

const HEADERS = { "content-type": "text/event-stream" };
const streamOf = (...chunks) =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
    },
  });

test("a retry function that throws, or returns an invalid value, is reported and ends only its source", async () => {
  const reported = [];
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error.message));
  try {
    const refuse = async () => new Response("no", { status: 500 });
    const throwing = () => {
      throw new Error("from retry");
    };
    const sources = [throwing, () => "later", () => -1, throwing].map(
      (retry) => new FetchEventSource("http://127.0.0.1:9/", { fetch: refuse, retry }),
    );
    for (const source of sources) {
      assert.equal((await source.closed).code, "status");
      source.close();
    }
    await pause(0);
    assert.equal(reported.length, 4);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
});

test("an until that throws, or returns no boolean, is reported, and its event is delivered", async () => {
  const reported = [];
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error.message));
  try {
    const throwing = () => {
      throw new Error("from until");
    };
    for (const until of [throwing, async () => true, () => undefined]) {
      const seen = [];
      const loop = async () => {
        const body = new Blob(["data: 1\n\ndata: 2\n\n"]).stream();
        for await (const { data } of events(body, { until })) seen.push(data);
      };
      await assert.rejects(loop(), { code: "truncated" });
      assert.deepEqual(seen, ["1", "2"]);
    }
    await pause(0);
    const advice = "option 'until' must return true or false, and no promise";
    assert.deepEqual(reported, ["from until", "from until", advice, advice, advice, advice]);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
});

test("an until that closes the source is not called again", async () => {
  let asked = 0;
  const source = new FetchEventSource(route("/numbers", { total: 4 }).url, {
    until: () => {
      asked += 1;
      source.close();
      return true;
    },
  });
  source.onAny(() => assert.fail("nothing may be delivered"));
  assert.deepEqual(await source.closed, { code: "closed" });
  assert.equal(asked, 1);
});

test("a fetch option may return an object like a Response with a relative URL, and anything else is a failure", async () => {
  const response = { status: 200, headers: new Headers(HEADERS), url: "/feed", body: streamOf("data: 1\n\n") };
  const source = opened(new FetchEventSource("http://127.0.0.1:9/", { fetch: async () => response }));
  const { origin } = await next(source, "message");
  assert.equal(origin, "http://127.0.0.1:9");

  for (const nothing of [undefined, 7, {}]) {
    const end = await new FetchEventSource("http://127.0.0.1:9/", { fetch: async () => nothing }).closed;
    assert.equal(end.code, "request");
    assert(end.error.cause instanceof TypeError);
  }
});

test("a consumer slower than idleTimeout gets all events, and idleTimeout applies only to the server", async () => {
  let controller;
  const body = new ReadableStream({
    start(it) {
      controller = it;
    },
  });
  const send = (text) => controller.enqueue(new TextEncoder().encode(text));
  const stream = events(body, { idleTimeout: 60 });
  send("data: 1\n\n");
  const seen = [(await stream.next()).value.data];
  send("data: 2\n\n");
  send("data: 3\n\n");
  await pause(150);
  seen.push((await stream.next()).value.data);
  await pause(150);
  seen.push((await stream.next()).value.data);
  assert.deepEqual(seen, ["1", "2", "3"]);
  await assert.rejects(stream.next(), { code: "idle-timeout" });
});

test("connectTimeout starts with the request, not with the call of events()", async () => {
  const stream = events(route("/body", { body: "data: 1\n\n" }).url, { connectTimeout: 150 });
  await pause(300);
  assert.equal((await stream.next()).value.data, "1");
  stream.close();
});

test("a refusal whose body stalls is a status failure, not a timeout", async () => {
  const fetch = async () => new Response(streamOf("who are you?"), { status: 401 });
  const end = await new FetchEventSource("http://127.0.0.1:9/", { fetch, connectTimeout: 50 }).closed;
  assert.deepEqual([end.code, end.error.status, end.error.bodyPrefix], ["status", 401, "who are you?"]);
});

for (const [what, url, options] of [
  ["a GET with a body", "http://127.0.0.1:9/", { method: "GET", body: "x" }],
  ["a method that fetch forbids", "http://127.0.0.1:9/", { method: "TRACE" }],
  ["an invalid mode", "http://127.0.0.1:9/", { mode: "bogus" }],
  ["a scheme that fetch does not know", "mailto:someone", {}],
]) {
  test(`${what} ends the source without a retry`, async () => {
    const end = await new FetchEventSource(url, { ...options, retry: { initialDelay: 10 } }).closed;
    assert.equal(end.code, "request");
    assert(end.error.cause instanceof TypeError);
  });
}

test("a source whose body can be sent only once is not retried", async () => {
  const { url, seen } = route("/answer", { status: 503 });
  const body = new Blob(["x"]).stream();
  const end = await new FetchEventSource(url, { body, retry: { initialDelay: 10 } }).closed;
  assert.equal(end.code, "request");
  assert.equal((await seen()).requests.length, 1);
});

test("withCredentials overrides credentials", async () => {
  for (const [options, expected] of [
    [{}, "same-origin"],
    [{ credentials: "include" }, "include"],
    [{ credentials: "include", withCredentials: false }, "same-origin"],
    [{ credentials: "omit", withCredentials: true }, "include"],
  ]) {
    let sent;
    const fetch = async (_url, init) => {
      sent = init.credentials;
      return new Response(null, { status: 204 });
    };
    await new FetchEventSource("http://127.0.0.1:9/", { ...options, fetch }).closed;
    assert.equal(sent, expected);
  }
});

test("a Request keeps its signal and its Accept header, and options override its method and body", async () => {
  const controller = new AbortController();
  const { url, until } = route("/echo");
  const accept = "application/json, text/event-stream";
  const request = new Request(url, { headers: { accept }, signal: controller.signal });
  const stream = events(request, { method: "PUT", body: "x", decode: "json" });
  const { data } = (await stream.next()).value;
  assert.deepEqual([data.method, data.body, data.headers.accept], ["PUT", "x", accept]);
  const pending = stream.next();
  controller.abort(new Error("enough"));
  await assert.rejects(pending, { message: "enough" });
  await until(({ open, closed }) => open === 0 && closed === 1);
});

for (const [when, close] of [
  ["before it is read", () => {}],
  ["in the tick that it is read", (stream) => void stream.next()],
  ["while it is read", async (stream) => void (await stream.next())],
]) {
  test(`a given body is cancelled when events() is closed ${when}`, async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
      cancel: () => {
        isCancelled = true;
      },
    });
    const stream = events(body);
    await close(stream);
    stream.close();
    await pause(10);
    assert.equal(isCancelled, true);
  });
}

test("a late Response of a fetch that ignores its signal is cancelled", async () => {
  let isCancelled = false;
  const body = new ReadableStream({
    cancel: () => {
      isCancelled = true;
    },
  });
  const fetch = () => pause(50).then(() => new Response(body, { headers: HEADERS }));
  const source = new FetchEventSource("http://127.0.0.1:9/", { fetch });
  await pause(10);
  source.close();
  await pause(80);
  assert.equal(isCancelled, true);
});

test("closed sources leave no listener on a signal", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  for (const [method, change] of [
    ["addEventListener", 1],
    ["removeEventListener", -1],
  ]) {
    const original = signal[method];
    signal[method] = function (...args) {
      listeners += change;
      return original.apply(this, args);
    };
  }
  const source = new FetchEventSource("http://127.0.0.1:9/", { signal });
  source.on("message", () => {}, { signal });
  source.onAny(() => {}, { signal });
  source.events({ signal });
  assert.equal(listeners, 4);
  source.close();
  assert.equal(listeners, 0);
});

test("a limit larger than any buffer is no limit", () => {
  for (const maxBufferSize of [Number.POSITIVE_INFINITY, 2 ** 32]) {
    const seen = [];
    createParser({ maxBufferSize, onEvent: ({ data }) => seen.push(data) }).feed("data: 1\n\n");
    assert.deepEqual(seen, ["1"]);
  }
});

test("bytes of another realm are accepted", async () => {
  const { runInNewContext } = await import("node:vm");
  const bytes = runInNewContext("Uint8Array.from([100, 97, 116, 97, 58, 49, 10, 10])");
  const seen = [];
  createParser({ onEvent: ({ data }) => seen.push(data) }).feed(bytes);
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  for await (const { data } of events(body)) seen.push(data);
  assert.deepEqual(seen, ["1", "1"]);
});

test("leaving a loop that has failed does not throw the failure again", async () => {
  const source = new FetchEventSource("http://127.0.0.1:9/", {
    fetch: async () => new Response(null, { status: 204 }),
  });
  const iterator = source[Symbol.asyncIterator]();
  await source.closed;
  assert.deepEqual(await iterator.return(), { done: true, value: undefined });
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
});

test("an override of dispatchEvent that throws loses only its own event", async () => {
  class Picky extends FetchEventSource {
    dispatchEvent(event) {
      if (event.data === "2") throw new Error("not this one");
      return super.dispatchEvent(event);
    }
  }
  const reported = [];
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error.message));
  try {
    const source = opened(new Picky(route("/numbers", { total: 3 }).url));
    const seen = [];
    source.addEventListener("message", ({ data }) => seen.push(data));
    await next(source, "done");
    assert.deepEqual(seen, ["1", "3"]);
    await pause(0);
    assert.deepEqual(reported, ["not this one"]);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
});
