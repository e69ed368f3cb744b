/** The wrapper over the browser's `EventSource`. Node has `EventSource` behind a flag, so this file runs itself with it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import emitter from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { EventSource } from "eventsource-wasm";
import { next, opened, pause, route } from "./server.mjs";

const update = (percent) => `event: update\ndata: {"percent":${percent}}\n\n`;
const BODY = `${update(1)}event: other\ndata: text\n\n${update("}")}${update(2)}data: end\n\n`;
const decode = { update: "json" };

const sourceOf = (body, options) => opened(new EventSource(route("/body", { body }).url, options));

if ("EventSource" in globalThis) runTests();
else {
  test("the tests pass with the EventSource of Node", () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = ["--experimental-eventsource", "--test-reporter=spec", fileURLToPath(import.meta.url)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8", timeout: 60_000 });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /pass [1-9]/);
  });
}

function runTests() {
  test("on() and onAny() get decoded payloads in order, and each payload is decoded once", async () => {
    let calls = 0;
    const source = sourceOf(`${update(1)}event: other\ndata: text\n\ndata: end\n\n`, {
      decode: { update: () => ++calls },
    });
    const seen = [];
    source.on("update", (payload) => seen.push(payload));
    source.onAny(({ type, data }) => seen.push([type, data]));
    source.on("update", (payload, { type }) => seen.push([payload, type]), { once: true });
    await next(source, "message");
    assert.deepEqual(seen, [1, ["update", 1], [1, "update"], ["message", "end"]]);
  });

  test("once() and on() of node:events give payload and event, and leave no listener", async () => {
    const source = sourceOf(BODY, { decode });
    const first = emitter.once(source, "update");
    const seen = [];
    source.once("update", ({ percent }) => seen.push(percent));
    for await (const [payload] of emitter.on(source, "message")) {
      seen.push(payload);
      break;
    }
    const [payload, { type }] = await first;
    assert.deepEqual([payload, type, seen], [{ percent: 1 }, "update", [1, "end"]]);
  });

  test("onAny() gets events of a name once on() listens to that name", async () => {
    const source = sourceOf(BODY, { decode });
    const seen = [];
    source.addEventListener("decodeerror", ({ error }) => seen.push(error.data));
    source.onAny(({ type }) => seen.push(type));
    source.on("other", () => {});
    await next(source, "message");
    assert.deepEqual(seen, ["update", "other", '{"percent":}}', "update", "message"]);
  });

  test("onAny() and loops get events of the names in eventNames, with and without decoders", async () => {
    const source = sourceOf(`event: other\ndata: 1\n\nevent: third\ndata: 2\n\n${update(1)}data: 3\n\n`, {
      eventNames: ["other", "update"],
      decode: "json",
    });
    const [heard, looped] = [[], []];
    source.onAny(({ type }) => heard.push(type));
    for await (const { type, data } of source) {
      looped.push(data);
      if (type === "message") break;
    }
    assert.deepEqual(heard, ["other", "update", "message"]);
    assert.deepEqual(looped, [1, { percent: 1 }, 3]);
  });

  test("a payload that does not decode goes to onError and decodeerror, and is not reported as uncaught", async () => {
    const source = sourceOf(BODY, { decode });
    const seen = [];
    source.on("update", ({ percent }) => seen.push(percent), { onError: ({ data }) => seen.push(data) });
    source.addEventListener("decodeerror", ({ error }) => seen.push(error.type));
    await next(source, "message");
    assert.deepEqual(seen, [1, '{"percent":}}', "update", 2]);
  });

  test("its iterator skips, yields or throws decode errors", async () => {
    const only = ({ type, data }) => data?.percent ?? type;
    for (const [onDecodeError, expected] of [
      ["skip", [1, 2, "message"]],
      ["yield", [1, "decodeerror", 2, "message"]],
      ["throw", [1, "thrown", 2, "message"]],
    ]) {
      const source = sourceOf(BODY, { decode });
      source.addEventListener("decodeerror", () => {});
      const iterator = source.events({ onDecodeError });
      const seen = [];
      while (seen.at(-1) !== "message") {
        const { value } = await iterator.next().catch(() => ({ value: { type: "thrown" } }));
        seen.push(only(value));
      }
      assert.deepEqual(seen, expected);
      await iterator.return();
      assert.equal(source.readyState, source.CLOSED);
    }
  });

  test("close() in a listener ends later listeners and loops", async () => {
    const source = sourceOf(BODY, { decode });
    const seen = [];
    const loop = source.events();
    source.on("update", () => {
      seen.push("first");
      source.close();
    });
    source.on("update", () => seen.push("behind"));
    assert.deepEqual(await source.closed, { code: "closed" });
    await pause(20);
    assert.deepEqual(seen, ["first"]);
    assert.deepEqual(await loop.next(), { done: true, value: undefined });
    assert.deepEqual(await source.events().next(), { done: true, value: undefined });
  });

  test("properties of a schema for all events are not taken as event names", async () => {
    const schema = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: value + 1 }) } };
    const source = sourceOf("event: ~standard\ndata: 0\n\ndata: 1\n\n", { decode: schema });
    assert.equal((await source.events().next()).value.data, 2);
  });

  test("await using and its signal close it, and it keeps no listener of the signal", async () => {
    const first = sourceOf(BODY);
    await first[Symbol.asyncDispose]();
    assert.deepEqual(await first.closed, { code: "closed" });
    const controller = new AbortController();
    const second = sourceOf(BODY, { signal: controller.signal });
    controller.abort("enough");
    assert.deepEqual(await second.closed, { code: "aborted", cause: "enough" });
  });
}
