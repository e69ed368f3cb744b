/** Races: a close, a reconnect or an abort at the worst moment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { next, opened, pause, route } from "./server.mjs";

const HEADERS = { "content-type": "text/event-stream" };
const URL = "http://127.0.0.1:9/";
const bytes = (text) => new TextEncoder().encode(text);

/** Rejects if a promise does not settle within two seconds. */
const soon = (promise) =>
  Promise.race([
    promise,
    pause(2000).then(() => {
      throw new Error("the promise did not settle within 2 s");
    }),
  ]);

test("a source that is closed before its start adds no page listeners, and sends nothing", async () => {
  const heard = [];
  globalThis.addEventListener = (type) => heard.push(type);
  globalThis.removeEventListener = (type) => heard.splice(heard.indexOf(type), 1);
  try {
    const fetch = async () => assert.fail("nothing may be sent");
    new FetchEventSource(URL, { fetch }).close();
    await pause(10);
    assert.deepEqual(heard, []);
  } finally {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  }
});

test("concurrent calls of next() all settle, though events between them are skipped", async () => {
  let controller;
  const body = new ReadableStream({
    start(it) {
      controller = it;
      it.enqueue(bytes("data: 1\n\ndata: bad\n\n"));
    },
  });
  const stream = events(body, { decode: "json", onDecodeError: "skip" });
  assert.equal((await stream.next()).value.data, 1);
  const rest = Promise.all([stream.next(), stream.next(), stream.next()]);
  await pause(10);
  controller.enqueue(bytes("data: 2\n\ndata: 3\n\n"));
  await pause(10);
  controller.close();
  const [second, third, end] = await soon(rest);
  assert.deepEqual([second.value.data, third.value.data, end.done], [2, 3, true]);
});

test("a body that closes events() in its pull() leaves no next() pending", async () => {
  const body = new ReadableStream({ pull: () => stream.close() }, { highWaterMark: 0 });
  const stream = events(body);
  assert.deepEqual(await soon(stream.next()), { done: true, value: undefined });
  assert.deepEqual(await soon(stream.closed), { code: "closed" });
});

test("a body that calls reconnect() in its pull() is dropped at once", async () => {
  let requests = 0;
  const source = opened(
    new FetchEventSource(URL, {
      fetch: async () => {
        requests += 1;
        const chunk = requests > 1 && bytes("data: second\n\n");
        const pull = (controller) => (chunk ? controller.enqueue(chunk) : source.reconnect());
        return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers: HEADERS });
      },
    }),
  );
  assert.equal((await soon(next(source, "message"))).data, "second");
  source.close();
});

for (const [what, headers] of [
  ["are a plain object", { "content-type": "text/event-stream" }],
  [
    "throw",
    {
      get() {
        throw new Error("no");
      },
    },
  ],
]) {
  test(`a Response from a fetch option whose headers ${what} is a failure with a code`, async () => {
    const fetch = async () => ({ status: 200, headers, body: null });
    const { code, error } = await soon(new FetchEventSource(URL, { fetch }).closed);
    assert.deepEqual([code, error.cause instanceof Error], ["request", true]);
  });
}

test("a Response from a fetch option that closes its source is cancelled", async () => {
  let isCancelled = false;
  const cancel = () => {
    isCancelled = true;
  };
  const headers = {
    get() {
      source.close();
      return null;
    },
  };
  const fetch = async () => ({ status: 200, headers, body: new ReadableStream({ cancel }) });
  const source = new FetchEventSource(URL, { fetch });
  assert.deepEqual(await soon(source.closed), { code: "closed" });
  await pause(10);
  assert.equal(isCancelled, true);
});

for (const [what, decode] of [
  ["answers", () => 1],
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
]) {
  for (const onDecodeError of ["throw", "skip", "yield"]) {
    test(`a decode that closes the stream and ${what} delivers nothing more (${onDecodeError})`, async () => {
      const stream = events(new Blob(["data: 1\n\ndata: 2\n\n"]).stream(), {
        decode: () => {
          stream.close();
          return decode();
        },
        onDecodeError,
      });
      assert.deepEqual(await stream.next(), { done: true, value: undefined });
    });
  }
}

test("url is the URL of the last request, not of a request that was replaced while its URL was made", async () => {
  let calls = 0;
  const source = opened(
    new FetchEventSource(
      async () => {
        calls += 1;
        const mine = calls;
        if (mine === 1) await pause(30);
        return `${URL}?${mine}`;
      },
      { fetch: async () => new Response(new ReadableStream(), { headers: HEADERS }) },
    ),
  );
  await pause(5);
  source.reconnect();
  await next(source, "open");
  await pause(50);
  assert.equal(source.url, `${URL}?2`);
});

for (const [what, end] of [
  ["close()", (source) => source.close()],
  ["its signal", (_source, controller) => controller.abort(new Error("enough"))],
]) {
  test(`after ${what} a loop over a source has no events that were not taken before`, async () => {
    const controller = new AbortController();
    const source = opened(new FetchEventSource(route("/numbers", { total: 3 }).url, { signal: controller.signal }));
    const loop = source.events();
    await next(source, "done");
    assert.equal((await loop.next()).value.data, "1");
    end(source, controller);
    const rest = await loop.next().catch(({ message }) => message);
    assert.deepEqual(rest, what === "close()" ? { done: true, value: undefined } : "enough");
  });
}

test("a loop that ends by its own signal has no events that were not taken before", async () => {
  const controller = new AbortController();
  const source = opened(new FetchEventSource(route("/numbers", { total: 3 }).url));
  const loop = source.events({ signal: controller.signal });
  await next(source, "done");
  assert.equal((await loop.next()).value.data, "1");
  controller.abort();
  assert.deepEqual(await loop.next(), { done: true, value: undefined });
});

test("on(), onAny() and events() of a closed source leave no listener on their signal", () => {
  const source = new FetchEventSource(URL);
  source.close();
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = function (...args) {
    listeners += 1;
    return addEventListener.apply(this, args);
  };
  signal.removeEventListener = function (...args) {
    listeners -= 1;
    return removeEventListener.apply(this, args);
  };
  source.on("message", () => {}, { signal });
  source.onAny(() => {}, { signal });
  source.events({ signal });
  assert.equal(listeners, 0);
});

for (const [name, read] of [
  ["events()", (body) => events(body)],
  ["fromReadableStream()", (body) => FetchEventSource.fromReadableStream(body).events()],
]) {
  test(`${name} reads the rest of a stream that was partly read before`, async () => {
    const body = new ReadableStream({
      start(controller) {
        for (const chunk of ["skipped", "data: 1\n\n"]) controller.enqueue(bytes(chunk));
      },
    });
    const reader = body.getReader();
    await reader.read();
    reader.releaseLock();
    const loop = read(body);
    assert.equal((await soon(loop.next())).value.data, "1");
    await loop.return();
  });
}

test("a loop that is left after the end has no events that were not taken", async () => {
  const body = new Blob(["data: 1\n\ndata: 2\n\ndata: end\n\n"]).stream();
  const stream = events(body, { until: ({ data }) => data === "end" });
  assert.equal((await stream.next()).value.data, "1");
  assert.deepEqual(await stream.closed, { code: "complete" });
  await stream.return();
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test("close() while fake timers are installed clears the real timer, and one that rings all the same does nothing", async (t) => {
  const fetch = async () => new Response(new ReadableStream({}), { headers: HEADERS });
  const timers = [];
  const { setTimeout, clearTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (ring, delay, ...args) => {
    const timeout = setTimeout(ring, delay, ...args);
    // Node and the sources of other tests set timers, too.
    if (delay > 43_000 && delay <= 43_210) timers.push({ ring, timeout: timeout.unref(), isCleared: false });
    return timeout;
  });
  t.mock.method(globalThis, "clearTimeout", (timeout) => {
    for (const timer of timers) timer.isCleared ||= timer.timeout === timeout;
    clearTimeout(timeout);
  });
  const source = opened(new FetchEventSource(URL, { fetch, idleTimeout: 43_210 }));
  await next(source, "open");
  while (timers.length === 0) await pause(1);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  source.close();
  t.mock.timers.reset();
  assert.deepEqual(
    timers.map(({ isCleared }) => isCleared),
    [true],
  );
  timers[0].ring();
  assert.equal((await source.closed).code, "closed");
});

test("until ends a source whose request calls close() as it is aborted", async (t) => {
  const reported = [];
  globalThis.reportError = (error) => reported.push(error);
  t.after(() => delete globalThis.reportError);
  const fetch = async (_url, { signal }) => {
    signal.addEventListener("abort", () => source.close());
    return new Response(new ReadableStream({ start: (it) => it.enqueue(bytes("data: end\n\n")) }), {
      headers: HEADERS,
    });
  };
  const source = opened(new FetchEventSource(URL, { fetch, until: "end" }));
  assert.deepEqual(await soon(source.closed), { code: "closed" });
  assert.deepEqual(reported, []);
});
