/** `pause()`, `resume()` and `status`, and the release of memory. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FetchEventSource } from "eventsource-wasm";
import { TestClock } from "eventsource-wasm/testing";
import { isJavaScript } from "../support/engine.mjs";
import { next, route } from "./server.mjs";

const responses = (list) => route("/responses", { responses: JSON.stringify(list) });

test("a source that pauses in a listener delivers the rest of the chunk after the resume", async () => {
  const { url } = responses([{ body: "data: 1\n\ndata: 2\n\ndata: 3\n\n" }]);
  const source = new FetchEventSource(url, { idleTimeout: 200 });
  const seen = [];
  source.onAny(({ data }) => {
    seen.push(data);
    if (data === "1") source.pause();
  });
  source.onerror = () => assert.fail("no time limit runs in a pause");
  await next(source, "message");
  assert.equal(source.status.state, "paused");
  await pause(400);
  assert.deepEqual([seen, source.readyState], [["1"], FetchEventSource.OPEN]);
  source.resume();
  await new Promise((resolve) => source.on("message", (data) => data === "3" && resolve()));
  assert.deepEqual(seen, ["1", "2", "3"]);
  source.close();
});

test("a source that is paused before its start sends nothing until the resume", async () => {
  const server = responses([{ body: "data: 1\n\n" }]);
  const source = new FetchEventSource(server.url);
  source.pause();
  source.pause();
  await pause(50);
  assert.equal((await server.seen()).requests.length, 0);
  source.resume();
  await next(source, "message");
  source.close();
});

test("a paused source can be closed, and a reconnect in a pause waits for the resume", async () => {
  const server = responses([{ body: "id: 1\ndata: 1\n\ndata: 2\n\n" }]);
  const source = new FetchEventSource(server.url);
  source.once("message", () => {
    source.pause();
    source.reconnect();
  });
  await next(source, "message");
  await pause(50);
  assert.equal((await server.seen()).requests.length, 1);
  source.resume();
  await next(source, "message");
  assert.deepEqual(
    (await server.seen()).requests.map(({ lastEventId }) => lastEventId),
    [null, "1"],
  );
  source.pause();
  source.close();
  assert.deepEqual(await source.closed, { code: "closed" });
});

test("status is the state of the source, and statuschange is dispatched at each change", async () => {
  const clock = new TestClock();
  const replies = [
    () => new Response("data: 1\n\n", { headers: { "content-type": "text/event-stream" } }),
    () => new Response("", { status: 404 }),
  ];
  const source = new FetchEventSource("https://api.test/", { clock, fetch: async () => replies.shift()() });
  assert.deepEqual(source.status, { state: "connecting" });
  const seen = [];
  source.addEventListener("statuschange", () => seen.push(source.status));
  await clock.advance(1000);
  assert.deepEqual(seen, [{ state: "open" }, { state: "waiting", delay: 3000 }]);
  await clock.advance(500);
  assert.equal(source.status.delay, 1500);
  await clock.advance(5000);
  const closed = source.status;
  assert.deepEqual([closed.state, closed.end.code], ["closed", "status"]);
  assert.deepEqual(
    seen.map(({ state }) => state),
    ["open", "waiting", "connecting", "closed"],
  );
});

test("the memory of a large event is released after the last client has closed", { skip: isJavaScript }, () => {
  const program = `
    const memories = [];
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (...args) {
      const instance = new Instance(...args);
      if (instance.exports.client_new) memories.push(instance.exports.memory);
      return instance;
    };
    const { events } = await import("eventsource-wasm");
    const read = async (size) => {
      const body = new Blob(["data: " + "x".repeat(size) + "\\n\\n"]).stream();
      for await (const { data } of events(body)) if (data.length !== size) throw new Error("lost");
    };
    await read(10);
    await read(30 << 20);
    await read(10);
    console.log(JSON.stringify(memories.map(({ buffer }) => buffer.byteLength > 16 << 20)));`;
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd,
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), [true, false]);
});

test("a pause while the headers are made delays the request until the resume", async () => {
  const server = responses([{ body: "data: 1\n\n" }]);
  let finish;
  const made = new Promise((resolve) => {
    finish = resolve;
  });
  const source = new FetchEventSource(server.url, { headers: () => made, connectTimeout: 100 });
  await pause(20);
  source.pause();
  finish({});
  await pause(200);
  assert.equal((await server.seen()).requests.length, 0);
  source.resume();
  await next(source, "message");
  assert.equal((await server.seen()).requests.length, 1);
  source.close();
});
