/** Decoders of payloads, and data that does not decode. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { DecodeError, events, FetchEventSource, SchemaError } from "eventsource-wasm";
import * as v from "valibot";
import { z } from "zod";
import { next, opened, pause, route } from "./server.mjs";

const update = (percent) => `event: update\ndata: {"percent":${percent}}\n\n`;
const MIXED = `${update(1)}${update('"x"')}${update(2)}data: end\n\n`;
const schemas = {
  zod: z.object({ percent: z.number() }),
  valibot: v.object({ percent: v.number() }),
  arktype: type({ percent: "number" }),
};

/** A source that gets this text, and a promise for its first message. */
function sourceOf(body, options) {
  const source = opened(new FetchEventSource(route("/body", { body }).url, options));
  return { source, end: next(source, "message") };
}

async function all(iterable) {
  const seen = [];
  for await (const event of iterable) seen.push(event);
  return seen;
}

/** Runs a function, and returns the errors that are reported as uncaught meanwhile. */
async function reportedBy(run) {
  const reported = [];
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error));
  try {
    await run();
    await pause(10);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
  return reported;
}

for (const [library, schema] of Object.entries(schemas)) {
  test(`a schema of ${library} validates payloads, and its issues are data`, async () => {
    const { source, end } = sourceOf(MIXED, { decode: { update: schema } });
    const payloads = [];
    const errors = [];
    source.on("update", (payload) => payloads.push(payload), { onError: (error) => errors.push(error) });
    await end;
    assert.deepEqual(payloads, [{ percent: 1 }, { percent: 2 }]);
    const [{ type, data, cause }] = errors;
    assert.deepEqual([type, data, errors.length], ["update", '{"percent":"x"}', 1]);
    assert(cause instanceof SchemaError);
    const [{ message, path }] = cause.issues;
    assert.equal(typeof message, "string");
    assert.deepEqual(
      Array.from(path, (segment) => segment.key ?? segment),
      ["percent"],
    );
  });

  test(`a schema of ${library} that is given alone is for all events`, async () => {
    const { url } = route("/body", { body: `data: {"percent":1}\n\n${update(2)}`, end: "" });
    const seen = (await all(events(url, { decode: schema }))).map(({ type, data }) => [type, data]);
    assert.deepEqual(seen, [
      ["message", { percent: 1 }],
      ["update", { percent: 2 }],
    ]);
  });
}

test("the payload is the output of the schema, not its input", async () => {
  const { url } = route("/body", { body: `data: {"at":"2026-01-02"}\n\n` });
  const stream = events(url, { decode: z.object({ at: z.string().transform((text) => new Date(text)) }) });
  const { value } = await stream.next();
  stream.close();
  assert(value.data.at instanceof Date);
});

test("data that is no JSON is not passed to the schema", async () => {
  const { url } = route("/body", { body: "data: {\n\n" });
  await assert.rejects(events(url, { decode: schemas.zod }).next(), ({ cause }) => cause instanceof SyntaxError);
});

for (const [answer, validate] of Object.entries({
  resolves: async (value) => ({ value }),
  rejects: () => Promise.reject(new Error("nobody waits for it")),
})) {
  test(`an async schema whose promise ${answer} is an error that names it and the fix`, async () => {
    const reported = await reportedBy(async () => {
      const asynchronous = { "~standard": { version: 1, vendor: "test", validate } };
      const { source, end } = sourceOf(MIXED, { decode: { update: asynchronous } });
      const errors = [];
      source.on("update", assert.fail, { onError: (error) => errors.push(error) });
      await end;
      assert.equal(errors.length, 3);
      assert(errors[0] instanceof DecodeError);
      assert(errors[0].cause instanceof TypeError);
      assert.match(errors[0].cause.message, /'decode\.update' is async/);
    });
    assert.deepEqual(reported, []);
  });
}

test("zod's async refinements are async schemas", async () => {
  const { url } = route("/body", { body: update(1) });
  const decode = { update: schemas.zod.refine(async () => true) };
  await assert.rejects(events(url, { decode }).next(), ({ cause }) => /'decode\.update' is async/.test(cause.message));
});

test("an event may have the name ~standard, which is the property of schemas", async () => {
  const { url } = route("/body", { body: "event: ~standard\ndata: 7\n\n" });
  const stream = events(url, { decode: { "~standard": "json" } });
  assert.deepEqual((await stream.next()).value.data, 7);
  stream.close();
});

test("a decode error goes to onError and decodeerror; without both, it is reported as uncaught", async () => {
  const seen = [];
  const reported = await reportedBy(async () => {
    const { source, end } = sourceOf(MIXED, { decode: { update: schemas.zod } });
    source.on("update", () => {}, { onError: () => seen.push("onError") });
    source.onAny(() => {}, { onError: () => seen.push("onAny") });
    source.addEventListener("decodeerror", () => seen.push("decodeerror"));
    await end;
    const { source: other, end: otherEnd } = sourceOf(MIXED, { decode: { update: schemas.zod } });
    other.on("update", () => {});
    await otherEnd;
  });
  assert.deepEqual(seen, ["onError", "onAny", "decodeerror"]);
  assert.deepEqual(
    reported.map((error) => error.constructor),
    [DecodeError],
  );
});

test("an onError that throws is reported, and an onError that closes the source ends it", async () => {
  const seen = [];
  const reported = await reportedBy(async () => {
    const { source } = sourceOf(MIXED, { decode: { update: schemas.zod } });
    const onError = () => {
      throw new Error("from onError");
    };
    source.on("update", () => {}, { onError });
    source.on("update", ({ percent }) => seen.push(percent), { onError: () => source.close() });
    source.on("update", () => {}, { onError: () => seen.push("after close()") });
    source.addEventListener("decodeerror", () => seen.push("after close()"));
    await source.closed;
  });
  assert.deepEqual(seen, [1]);
  assert.deepEqual(
    reported.map(({ message }) => message),
    ["from onError"],
  );
});

test("a decode error does not use up once, and onError ends with the subscription", async () => {
  const { source, end } = sourceOf(`${update('"x"')}${update(1)}${update('"x"')}${update(2)}data: end\n\n`, {
    decode: { update: schemas.zod },
  });
  const seen = [];
  source.on("update", ({ percent }) => seen.push(percent), { once: true, onError: () => seen.push("error") });
  source.addEventListener("decodeerror", () => {});
  await end;
  assert.deepEqual(seen, ["error", 1]);
});

test("onAny gets decoded events of all names, in the order of the listeners, until it ends", async () => {
  const { source, end } = sourceOf(`${update(1)}event: other\ndata: text\n\n${update(2)}data: end\n\n`, {
    decode: { update: schemas.zod },
  });
  const seen = [];
  source.on("update", () => seen.push("first"));
  const off = source.onAny(({ type, data, lastEventId }) => seen.push([type, data, lastEventId]));
  source.on("update", () => seen.push("last"), { once: true });
  source.onAny(({ type }) => seen.push(`once ${type}`), { once: true });
  source.onAny(() => seen.push("aborted"), { signal: AbortSignal.abort() });
  source.on("other", off);
  await end;
  assert.deepEqual(seen, [
    "first",
    ["update", { percent: 1 }, ""],
    "last",
    "once update",
    ["other", "text", ""],
    "first",
  ]);
});

test("a payload is decoded once for all its listeners and loops", async () => {
  let calls = 0;
  const { source, end } = sourceOf(`${update(1)}data: end\n\n`, { decode: { update: () => ++calls } });
  const seen = [];
  source.on("update", (payload) => seen.push(payload));
  source.onAny(({ data }) => seen.push(data));
  const loop = source.events();
  await end;
  assert.deepEqual([...seen, (await loop.next()).value.data], [1, 1, "end", 1]);
});

const iterators = {
  "events()": (body, options) => events(route("/body", { body, end: "" }).url, options),
  "source.events()": (body, { onDecodeError, ...options }) =>
    sourceOf(body, { ...options, until: ({ data }) => data === "end" }).source.events({ onDecodeError }),
};
for (const [name, iterate] of Object.entries(iterators)) {
  const decode = { update: schemas.zod };
  const only = ({ type, data }) => (type === "update" ? data.percent : type);

  test(`${name} with onDecodeError skip leaves out data that does not decode`, async () => {
    const reported = await reportedBy(async () => {
      const seen = (await all(iterate(MIXED, { decode, onDecodeError: "skip" }))).map(only);
      assert.deepEqual(seen, name === "events()" ? [1, 2, "message"] : [1, 2]);
    });
    // A source reports the error, as it has no listener for decodeerror.
    assert.equal(reported.length, name === "events()" ? 0 : 1);
  });

  test(`${name} with onDecodeError yield has the error as a value in its place`, async () => {
    const reported = await reportedBy(async () => {
      const seen = await all(iterate(MIXED, { decode, onDecodeError: "yield" }));
      assert.deepEqual(seen.slice(0, 3).map(only), [1, "decodeerror", 2]);
      assert(seen[1].error instanceof DecodeError);
      assert.deepEqual([seen[1].error.type, seen[1].lastEventId], ["update", ""]);
    });
    assert.deepEqual(reported, []);
  });

  test(`${name} throws a decode error, and goes on after it`, async () => {
    const iterator = iterate(MIXED, { decode, onDecodeError: "throw" });
    const seen = [];
    const loop = async () => {
      for await (const event of iterator) seen.push(only(event));
    };
    await assert.rejects(loop(), { name: "DecodeError", type: "update" });
    await loop();
    assert.deepEqual(seen.slice(0, 2), [1, 2]);
  });

  test(`${name} ends once a decode error has left its loop`, async () => {
    const iterator = iterate(MIXED, { decode, onDecodeError: "throw" });
    await iterator.next();
    await assert.rejects(iterator.next(), { name: "DecodeError" });
    await pause(20);
    // On a busy machine, the timer may ring before the turn of the event loop at which the loop ends.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  });
}

test("a loop that ends by a decode error leaves no request open", async () => {
  for (const iterate of [
    (url) => events(url, { decode: "json" }),
    (url) => new FetchEventSource(url, { decode: "json" }).events({ onDecodeError: "throw" }),
  ]) {
    const { url, until } = route("/body", { body: "data: 1\n\ndata: {\n\n" });
    await assert.rejects(all(iterate(url)), { name: "DecodeError" });
    await until(({ open, closed }) => open === 0 && closed === 1);
  }
});

for (const [name, iterate] of Object.entries({
  "events()": (body) => events(body, { decode: "json" }),
  "source.events()": (body) =>
    opened(FetchEventSource.fromReadableStream(body, { decode: "json" })).events({ onDecodeError: "throw" }),
})) {
  test(`${name} goes on after a decode error for each next() that was called before or right after it`, async () => {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const send = (data) => writer.write(new TextEncoder().encode(`data: ${data}\n\n`));
    const iterator = iterate(readable);
    const refused = iterator.next();
    const waiting = iterator.next();
    send("{");
    await assert.rejects(refused, { name: "DecodeError" });
    await pause(20);
    send("1");
    assert.equal((await waiting).value.data, 1);

    const again = iterator.next();
    send("{");
    await assert.rejects(again, { name: "DecodeError" });
    const asked = iterator.next();
    await pause(20);
    send("2");
    assert.equal((await asked).value.data, 2);
    await iterator.return();
  });
}

test("by default, empty data is a decode error for JSON, its ID counts, and the loop goes on after it", async () => {
  // Servers of MCP begin their streams with an event without data.
  const stream = events(route("/body", { body: 'id: 1\ndata:\n\nid: 2\ndata: {"ok":true}\n\n' }).url, {
    decode: "json",
  });
  await assert.rejects(stream.next(), ({ name, data, cause }) => {
    return name === "DecodeError" && data === "" && cause instanceof SyntaxError;
  });
  assert.equal(stream.lastEventId, "1");
  const { value } = await stream.next();
  assert.deepEqual([value.data, value.lastEventId], [{ ok: true }, "2"]);
  stream.close();
});

test("data that is no JSON is one error and no loss: the stream goes on without another request", async () => {
  const { url, seen } = route("/body", { body: "id: 3\ndata: {bad\n\nid: 4\ndata: 4\n\n" });
  const source = opened(new FetchEventSource(url, { decode: "json", retry: { initialDelay: 10 } }));
  source.onerror = () => assert.fail("a payload that does not decode is no error event");
  const stream = source.events({ onDecodeError: "throw" });
  await assert.rejects(stream.next(), { name: "DecodeError", data: "{bad" });
  const { value } = await stream.next();
  assert.deepEqual([value.data, value.lastEventId], [4, "4"]);
  await pause(100);
  assert.equal((await seen()).requests.length, 1);
});

test("a signal ends a loop over a source without closing the source", async () => {
  const { source } = sourceOf("data: 1\n\n");
  const controller = new AbortController();
  const seen = [];
  for await (const { data } of source.events({ signal: controller.signal })) {
    seen.push(data);
    controller.abort();
  }
  assert.deepEqual(seen, ["1"]);
  assert.equal(source.readyState, source.OPEN);
  assert.deepEqual(await source.events({ signal: controller.signal }).next(), { done: true, value: undefined });
});
