/** Calls of a source in its own callbacks: within a chunk, during a change of status, and in the user's functions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { events, FetchEventSource } from "eventsource-wasm";
import { TestClock } from "eventsource-wasm/testing";
import { route } from "./server.mjs";

const stream = (text) => new Response(text, { headers: { "content-type": "text/event-stream" } });
const responses = (list) => route("/responses", { responses: JSON.stringify(list) });

/** Runs a source whose stream ends after each event, and makes the call at each change of its status to `state`. */
async function atStatus(state, call) {
  const clock = new TestClock();
  const signals = [];
  const source = new FetchEventSource("https://api.test/", {
    clock,
    fetch: async (_url, { signal }) => {
      signals.push(signal);
      return stream("data: 1\n\n");
    },
  });
  const seen = [];
  source.onAny(({ data }) => seen.push(data));
  source.addEventListener("statuschange", () => {
    if (source.status.state === state) call(source);
  });
  await clock.advance(20_000);
  const { readyState } = source;
  source.close();
  return { readyState, seen, live: signals.filter(({ aborted }) => !aborted).length, requests: signals.length };
}

for (const state of ["connecting", "open", "waiting"]) {
  test(`close() when the status becomes ${state} leaves no request`, async () => {
    const { readyState, live } = await atStatus(state, (source) => source.close());
    assert.deepEqual([readyState, live], [2, 0]);
  });

  test(`reconnect() when the status becomes ${state} leaves one request at a time`, async () => {
    let left = 3;
    const { live, requests } = await atStatus(state, (source) => {
      if (left-- > 0) source.reconnect();
    });
    assert(requests > 2);
    assert.equal(live, 0);
  });
}

test("resume() when the status becomes paused resumes delivery", async () => {
  const source = new FetchEventSource(responses([{ body: "data: 1\n\ndata: 2\n\ndata: 3\n\n" }]).url);
  const seen = [];
  source.addEventListener("statuschange", () => source.status.state === "paused" && source.resume());
  await new Promise((resolve) =>
    source.onAny(({ data }) => {
      seen.push(data);
      if (data === "1") source.pause();
      if (data === "3") resolve();
    }),
  );
  source.close();
  assert.deepEqual(seen, ["1", "2", "3"]);
});

test("pause() within a chunk changes the status, and a pause right after a resume holds", async () => {
  const source = new FetchEventSource(responses([{ body: "data: 1\n\ndata: 2\n\n" }]).url);
  const seen = [];
  source.addEventListener("statuschange", () => seen.push(source.status.state));
  source.onAny(({ data }) => {
    seen.push(data);
    if (data === "1") source.pause();
  });
  await pause(100);
  source.resume();
  source.pause();
  await pause(100);
  assert.deepEqual(seen, ["open", "1", "paused", "open", "paused"]);
  source.close();
});

test("an accept that closes its source, or its events(), ends it", async () => {
  const { url } = responses([{ headers: { "content-type": "text/plain" }, body: "data: 1\n\n" }]);
  const source = new FetchEventSource(url, { accept: () => source.close() === undefined });
  assert.deepEqual(await source.closed, { code: "closed" });
  const read = events(await fetch(url), { accept: () => read.close() === undefined });
  assert.deepEqual(await read.next(), { done: true, value: undefined });
});

test("close(), pause() and reconnect() in onComment deliver nothing of the rest of the chunk", async () => {
  const body = "id: 1\ndata: 1\n\n: now\nid: 2\ndata: 2\n\n";
  for (const call of ["close", "pause", "reconnect"]) {
    const server = responses([{ body }, { body: "data: again\n\n" }]);
    const seen = [];
    const source = new FetchEventSource(server.url, { onComment: () => source[call]() });
    source.onAny(({ data }) => seen.push(data));
    await pause(150);
    assert.deepEqual(seen, call === "reconnect" ? ["1", "again"] : ["1"], call);
    assert.equal(source.lastEventId, "1", call);
    if (call === "reconnect") assert.equal((await server.seen()).requests[1].lastEventId, "1");
    source.close();
  }
});

test("until is not called after a failOn that closes the source", async () => {
  const source = new FetchEventSource(responses([{ body: "data: 1\n\n" }]).url, {
    failOn: () => {
      source.close();
      return false;
    },
    until: () => assert.fail("until was called after close()"),
  });
  assert.deepEqual(await source.closed, { code: "closed" });
});

test("failOn ends events() at once, even without another next()", async () => {
  const { url } = route("/responses", {
    responses: JSON.stringify([{ body: "data: 1\n\nevent: error\ndata: no\n\n" }]),
  });
  const stream = events(url, { failOn: "error" });
  assert.equal((await stream.next()).value.data, "1");
  assert.equal((await stream.closed).code, "event");
  await assert.rejects(stream.next(), { code: "event" });
});

test("a clock that throws ends the source with an error, and closed resolves", async () => {
  let isBroken = false;
  const clock = {
    now: () => {
      if (isBroken) throw new RangeError("no time");
      return performance.now();
    },
    setTimeout: (callback, delay) => setTimeout(callback, delay),
    clearTimeout: (id) => clearTimeout(id),
  };
  const source = new FetchEventSource(responses([{ body: "data: 1\n\n" }]).url, { clock });
  source.onmessage = () => {
    isBroken = true;
  };
  const { code, error } = await source.closed;
  assert.deepEqual([code, error.cause.message], ["request", "no time"]);
});
