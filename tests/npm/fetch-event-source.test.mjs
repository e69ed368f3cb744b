import assert from "node:assert/strict";
import emitter from "node:events";
import { test } from "node:test";
import { DecodeErrorEvent, EventSource, EventSourceError, FetchEventSource, OpenEvent } from "eventsource-wasm";
import { next, opened, pause, route } from "./server.mjs";

test("opens, delivers named events as MessageEvents and closes the socket", async () => {
  const { url, until } = route("/mixed", { size: 1 });
  const source = new FetchEventSource(url);
  assert.equal(source.readyState, FetchEventSource.CONNECTING);
  // Events that arrive together are dispatched in one task.
  const heard = [];
  for (const type of ["welcome", "message", "__proto__"]) source.addEventListener(type, (event) => heard.push(event));
  const open = await next(source, "open");
  assert(open instanceof OpenEvent);
  assert.equal(open.response.status, 200);
  assert.equal(open.response.headers.get("content-type"), "text/event-stream");
  assert.equal(source.readyState, source.OPEN);

  await new Promise((resolve) => {
    source.addEventListener("message", ({ data }) => data === "last" && resolve());
  });
  assert(heard.every((event) => event instanceof MessageEvent && event.origin === new URL(url).origin));
  assert.deepEqual(
    heard.map(({ type, data, lastEventId }) => [type, data, lastEventId]),
    [
      ["welcome", '{"name":"日本 🦀"}', "é☃"],
      ["message", "two\nlines", "é☃"],
      ["__proto__", "", "é☃"],
      ["message", "last", "é☃"],
    ],
  );

  source.close();
  assert.equal(source.readyState, source.CLOSED);
  assert.equal(source.lastEventId, "é☃");
  assert.deepEqual(await source.closed, { code: "closed" });
  await until(({ open, closed }) => open === 0 && closed === 1);
});

test("the classes have their names, and the constructor has the standard's length", () => {
  for (const [name, { length, name: own }] of Object.entries({ EventSource, FetchEventSource })) {
    assert.deepEqual([own, length], [name, 1]);
  }
});

test("has the constants of EventSource on the class and on instances", () => {
  for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSED: 2 })) {
    assert.equal(FetchEventSource[name], value);
    assert.equal(FetchEventSource.prototype[name], value);
    assert.throws(() => {
      FetchEventSource[name] = 7;
    }, TypeError);
  }
});

test("reconnects with the last event ID after cuts within events, with each event once and in order", async () => {
  const { url, seen } = route("/numbers", { cut: 3, total: 10, retry: 20 });
  const source = opened(new FetchEventSource(url, { retry: { factor: 1 } }));
  const numbers = [];
  const errors = [];
  source.on("message", (data) => numbers.push(data));
  source.onerror = ({ error }) => errors.push(error);
  await next(source, "done");
  assert.deepEqual(numbers, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
  assert.deepEqual(
    (await seen()).requests.map(({ lastEventId }) => lastEventId),
    [null, "3", "6", "9"],
  );
  assert(errors.every((error) => error instanceof EventSourceError && error.code === "network" && error.willReconnect));
  assert.deepEqual([...new Set(errors.map(({ delay }) => delay))], [20]);
  assert.equal(source.reconnectionTime, 20);
});

test("with retry, a 503 is retried after its Retry-After", async () => {
  const { url, seen } = route("/answer", { status: 503, after: 1, times: 1 });
  const source = opened(new FetchEventSource(url, { retry: { initialDelay: 10 } }));
  const { error } = await next(source, "error");
  assert.deepEqual([error.status, error.delay], [503, 1000]);
  assert.equal((await next(source, "message")).data, "at last");
  const [first, second] = (await seen()).requests;
  assert(second.time - first.time >= 1000);
});

test("the URL may be made for each request, and is made again after a 401", async () => {
  const guarded = route("/guarded");
  const { url, seen } = route("/numbers", { end: 2, total: 4, retry: 10 });
  const contexts = [];
  const source = opened(
    new FetchEventSource(async (context) => {
      contexts.push([context.reason, context.status, context.lastEventId]);
      return contexts.length === 1 ? new URL(guarded.url) : `${url}&token=${contexts.length}`;
    }),
  );
  assert.equal(source.url, "");
  await next(source, "open");
  assert.equal(source.url, `${url}&token=2`);
  await next(source, "done");
  assert.equal(source.url, `${url}&token=3`);
  assert.deepEqual(contexts, [
    [undefined, undefined, ""],
    ["status", 401, ""],
    ["ended", undefined, "2"],
  ]);
  assert.equal((await guarded.seen()).requests.length, 1);
  assert.equal((await seen()).requests.length, 2);
});

test("a URL function that returns an invalid URL ends the source with the SyntaxError", async () => {
  const { code, error } = await new FetchEventSource(() => "http://[").closed;
  assert.equal(code, "request");
  assert.equal(error.cause.name, "SyntaxError");
});

test("a headers function that throws ends the source with its cause", async () => {
  const cause = new Error("no token");
  const source = new FetchEventSource(route("/echo").url, {
    headers: () => {
      throw cause;
    },
  });
  const end = await source.closed;
  assert.equal(end.code, "request");
  assert.equal(end.error.cause, cause);
});

test("with retry, a function that throws is called again, up to maxAttempts, and the errors have its causes", async () => {
  const { url } = route("/numbers", { total: 1 });
  for (const part of ["headers", "url", "body", "method"]) {
    let calls = 0;
    const make = async () => {
      calls += 1;
      if (calls === 1) throw new TypeError("fetch failed");
      return { headers: {}, url, body: null, method: "GET" }[part];
    };
    const options = { retry: { initialDelay: 10 }, ...(part !== "url" && { [part]: make }) };
    const source = new FetchEventSource(part === "url" ? make : url, options);
    const { error } = await next(source, "error");
    assert.deepEqual([error.code, error.willReconnect, error.cause.message], ["request", true, "fetch failed"], part);
    await next(source, "message");
    source.close();
  }
  const headers = async () => Promise.reject("never");
  const { error } = await new FetchEventSource(url, { headers, retry: { initialDelay: 10, maxAttempts: 3 } }).closed;
  assert.deepEqual([error.code, error.attempt, error.cause], ["request", 3, "never"]);
});

test("a value that a function returns and no request can have is final, with retry too", async () => {
  const { url } = route("/echo");
  for (const options of [{ headers: () => ({ "no name": "1" }) }, { method: () => "TRACE" }]) {
    const end = await new FetchEventSource(url, { ...options, retry: { initialDelay: 10 } }).closed;
    assert.deepEqual([end.code, end.error.attempt], ["request", 1]);
  }
});

test("close() in a listener delivers nothing of the rest of the chunk, to any kind of listener", async () => {
  const { url, until } = route("/body", { body: "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n" });
  const source = new FetchEventSource(url);
  const seen = [];
  source.on("message", (data) => seen.push(data));
  source.addEventListener("message", ({ data }) => {
    seen.push(data);
    source.close();
  });
  source.onmessage = () => seen.push("attribute");
  source.onerror = () => seen.push("error");
  await source.closed;
  await until(({ open, closed }) => open === 0 && closed === 1);
  // Later listeners still get the event that is being dispatched, as with any EventTarget.
  assert.deepEqual(seen, ["1", "1", "attribute"]);
  assert.equal(source.lastEventId, "1");
});

test("an aborted signal makes no request; a later abort closes the socket; both give the reason", async () => {
  const never = route("/echo");
  const source = new FetchEventSource(never.url, { signal: AbortSignal.abort("not today") });
  assert.equal(source.readyState, source.CLOSED);
  assert.deepEqual(await source.closed, { code: "aborted", cause: "not today" });
  await pause(30);
  assert.equal((await never.seen()).requests.length, 0);

  const later = route("/echo");
  const controller = new AbortController();
  const second = new FetchEventSource(later.url, { signal: controller.signal });
  await next(second, "open");
  controller.abort("enough");
  assert.deepEqual(await second.closed, { code: "aborted", cause: "enough" });
  await later.until(({ open, closed }) => open === 0 && closed === 1);
});

test("a listener that throws is reported, and the stream and other listeners go on", async () => {
  const reported = [];
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error.message));
  try {
    const source = opened(new FetchEventSource(route("/body", { body: "data: 1\n\ndata: 2\n\n" }).url));
    const seen = [];
    source.on("message", () => {
      throw new Error("by on()");
    });
    source.addEventListener("message", () => {
      throw new Error("by addEventListener()");
    });
    await new Promise((resolve) => {
      source.on("message", (data) => {
        seen.push(data);
        if (seen.length === 2) resolve();
      });
    });
    await pause(10);
    assert.deepEqual(seen, ["1", "2"]);
    assert.deepEqual(reported.sort(), ["by addEventListener()", "by addEventListener()", "by on()", "by on()"]);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
});

test("on() decodes, and its subscription ends by a call, disposal, once and a signal", async () => {
  const body = 'event: update\ndata: {"percent":1}\n\nevent: update\ndata: {"percent":2}\n\ndata: end\n\n';
  const source = opened(new FetchEventSource(route("/body", { body }).url, { decode: { update: "json" } }));
  const seen = [];
  source.on("update", ({ percent }, { type, lastEventId }) => seen.push([percent, type, lastEventId]));
  source.on("update", ({ percent }) => seen.push(["once", percent]), { once: true });
  const off = source.on("update", () => seen.push("off"));
  off();
  source.on("update", () => seen.push("disposed"))[Symbol.dispose]();
  source.on("update", () => seen.push("aborted"), { signal: AbortSignal.abort() });
  const controller = new AbortController();
  const once = ({ percent }) => {
    seen.push(["signal", percent]);
    controller.abort();
  };
  source.on("update", once, { signal: controller.signal });
  await new Promise((resolve) => source.on("message", resolve));
  assert.deepEqual(seen, [
    [1, "update", ""],
    ["once", 1],
    ["signal", 1],
    [2, "update", ""],
  ]);
});

test("a payload that does not decode is an error value, and the stream goes on", async () => {
  const body = "data: {\n\ndata: 2\n\n";
  const source = opened(new FetchEventSource(route("/body", { body }).url, { decode: "json" }));
  const errors = [];
  source.addEventListener("decodeerror", (event) => errors.push(event));
  assert.equal(await new Promise((resolve) => source.on("message", resolve)), 2);
  assert(errors[0] instanceof DecodeErrorEvent);
  assert.deepEqual([errors[0].error.type, errors[0].error.data, errors.length], ["message", "{", 1]);
  assert(errors[0].error.cause instanceof SyntaxError);
});

test("iteration yields all events, and break closes the socket", async () => {
  const { url, until } = route("/mixed");
  const seen = [];
  for await (const { type, data } of new FetchEventSource(url)) {
    seen.push([type, data]);
    if (data === "last") break;
  }
  assert.deepEqual(seen, [
    ["welcome", '{"name":"日本 🦀"}'],
    ["message", "two\nlines"],
    ["__proto__", ""],
    ["message", "last"],
  ]);
  await until(({ open, closed }) => open === 0 && closed === 1);
});

test("iteration throws the failure that ends the source, and ends after close()", async () => {
  const failing = new FetchEventSource(route("/answer", { status: 404 }).url);
  await assert.rejects(
    async () => {
      for await (const _ of failing);
    },
    { name: "EventSourceError", code: "status", status: 404 },
  );

  const closing = new FetchEventSource(route("/echo").url);
  for await (const { type } of closing) {
    assert.equal(type, "request");
    closing.close();
  }
});

test("until may be a function, which is called after a reconnect, too", async () => {
  const asked = [];
  const { url, seen } = route("/numbers", { end: 2, total: 9, retry: 10 });
  const until = ({ data }) => {
    asked.push(data);
    return data === "4";
  };
  const source = new FetchEventSource(url, { until });
  const numbers = [];
  source.on("message", (data) => numbers.push(data));
  const errors = [];
  source.onerror = ({ error }) => errors.push(error.code);
  assert.deepEqual(await source.closed, { code: "complete" });
  assert.deepEqual([numbers, asked, errors], [["1", "2", "3"], ["1", "2", "3", "4"], ["truncated"]]);
  assert.equal((await seen()).requests.length, 2);
});

test("await using closes the source", async () => {
  const { url, until } = route("/echo");
  const source = new FetchEventSource(url);
  await next(source, "open");
  await source[Symbol.asyncDispose]();
  assert.deepEqual(await source.closed, { code: "closed" });
  await until(({ open, closed }) => open === 0 && closed === 1);
});

test("the handler attributes keep their place in the order of listeners", async () => {
  const source = opened(new FetchEventSource(route("/body", { body: "data: 1\n\n" }).url));
  const seen = [];
  source.onmessage = () => seen.push("replaced");
  source.addEventListener("message", () => seen.push("listener"));
  source.onmessage = () => seen.push("attribute");
  await next(source, "message");
  assert.deepEqual(seen, ["attribute", "listener"]);
  source.onmessage = 7;
  assert.equal(source.onmessage, null);
});

test("a redirect is followed, and events have the final origin", async () => {
  const source = opened(new FetchEventSource(route("/redirect").url));
  const { response } = await next(source, "open");
  assert.equal(response.redirected, true);
  assert.match(response.url, /\/mixed/);
});

test("once() calls its listener for the next event only, or never if it is removed", async () => {
  const source = opened(new FetchEventSource(route("/numbers", { total: 3 }).url));
  const seen = [];
  source.once("message", (payload, { lastEventId }) => seen.push([payload, lastEventId]));
  source.once("message", () => assert.fail("the listener was removed"))();
  await next(source, "done");
  assert.deepEqual(seen, [["1", "1"]]);
  assert.throws(() => source.once("message"), { name: "TypeError", message: /'listener'/ });
});

test("once() and on() of node:events give payload and event, and leave no listener", async () => {
  const source = opened(new FetchEventSource(route("/numbers", { total: 3 }).url));
  const [added, removed] = [[], []];
  for (const [method, calls] of [
    ["on", added],
    ["removeListener", removed],
  ]) {
    const original = source[method];
    source[method] = function (...args) {
      calls.push(args[0]);
      return original.apply(this, args);
    };
  }
  const message = emitter.once(source, "message");
  const seen = [];
  for await (const [payload, event] of emitter.on(source, "message")) {
    seen.push([payload, event.type]);
    if (seen.length === 2) break;
  }
  assert.deepEqual(seen, [
    ["1", "message"],
    ["2", "message"],
  ]);
  const [payload, event] = await message;
  assert.deepEqual([payload, event.lastEventId], ["1", "1"]);
  assert.deepEqual(added.sort(), ["error", "error", "message", "message"]);
  assert.deepEqual(removed.sort(), ["error", "error", "message"]);
});

test("once() of node:events removes its listener when its signal aborts", async () => {
  const source = opened(
    new FetchEventSource(route("/numbers", { total: 3 }).url, { decode: () => assert.fail("for nobody") }),
  );
  const controller = new AbortController();
  const message = emitter.once(source, "message", { signal: controller.signal });
  controller.abort();
  await assert.rejects(message, { name: "AbortError" });
  source.addEventListener("decodeerror", () => assert.fail("the listener was not removed"));
  await next(source, "done");
});

test("a message is an instance of MessageEvent, and has it as its constructor", async () => {
  const source = opened(new FetchEventSource(route("/numbers", { total: 1 }).url));
  const event = await next(source, "message");
  assert(event instanceof MessageEvent);
  assert.equal(event.constructor, MessageEvent);
  assert.deepEqual([event.data, event.type, event.lastEventId], ["1", "message", "1"]);
});
