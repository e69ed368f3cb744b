/** `FetchEventSource.fromReadableStream()` and `reset()`, as whatwg/html#12272 proposes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FetchEventSource } from "eventsource-wasm";
import { next, opened, pause, route } from "./server.mjs";

const bytes = (text) => new TextEncoder().encode(text);
const streamOf = (...chunks) => new Blob(chunks).stream();

/** A source over a stream, and a function that writes to the stream. */
function piped() {
  const { readable, writable } = new TransformStream();
  const source = opened(FetchEventSource.fromReadableStream(readable));
  return { source, pipe: (text) => streamOf(text).pipeTo(writable, { preventClose: true }), writable };
}

test("it makes a source without a URL, and locks the stream at once", () => {
  const stream = streamOf("");
  const source = opened(FetchEventSource.fromReadableStream(stream));
  assert(source instanceof FetchEventSource);
  assert.deepEqual(
    [source.readyState, source.url, source.withCredentials, source.lastEventId, source.reconnectionTime],
    [source.CONNECTING, "about:event-stream", false, "", 3000],
  );
  assert.equal(stream.locked, true);
  assert.throws(() => FetchEventSource.fromReadableStream(stream), { name: "TypeError", message: /read already/ });
});

test("an input that is no stream is a TypeError that names it, and a wrong option does not lock the stream", () => {
  for (const nothing of [undefined, null, 7, {}, new Response("")]) {
    assert.throws(() => FetchEventSource.fromReadableStream(nothing), { name: "TypeError", message: /'stream'/ });
  }
  const stream = streamOf("");
  assert.throws(() => FetchEventSource.fromReadableStream(stream, { until: 7 }), { message: /'until'/ });
  assert.equal(stream.locked, false);
});

test("it opens, delivers with an opaque origin, and handles id and retry", async () => {
  const source = opened(FetchEventSource.fromReadableStream(streamOf("retry: 5000\nid: 42\ndata: hello\n\n")));
  const { response } = await next(source, "open");
  assert.equal(source.readyState, source.OPEN);
  assert.equal(response.url, "about:event-stream");
  const { data, origin, lastEventId } = await next(source, "message");
  assert.deepEqual([data, origin, lastEventId], ["hello", "null", "42"]);
  assert.deepEqual([source.lastEventId, source.reconnectionTime], ["42", 5000]);
});

test("the end of the stream is one error after the events, and closes the source", async () => {
  const source = FetchEventSource.fromReadableStream(streamOf("data: 1\n\ndata: unfinished\n"));
  const seen = [];
  source.onmessage = ({ data }) => seen.push(data);
  source.onerror = ({ error }) => seen.push([error.code, error.willReconnect, source.readyState]);
  assert.equal((await source.closed).code, "ended");
  await pause(50);
  assert.deepEqual(seen, ["1", ["ended", false, 2]]);
});

test("a stream that fails is an error with its cause", async () => {
  const cause = new Error("broken");
  const broken = new ReadableStream({ start: (controller) => controller.error(cause) });
  const { code, error } = await FetchEventSource.fromReadableStream(broken).closed;
  assert.deepEqual([code, error.cause], ["network", cause]);
});

for (const [when, wait] of [
  ["before it is read", async () => {}],
  ["while it is read", (source) => next(source, "open")],
]) {
  test(`close() cancels the stream ${when}`, async () => {
    let isCancelled = false;
    const cancel = () => {
      isCancelled = true;
    };
    const source = FetchEventSource.fromReadableStream(new ReadableStream({ cancel }));
    await wait(source);
    source.close();
    await pause(10);
    assert.equal(isCancelled, true);
  });
}

test("several streams may be piped through it in turn, and id and retry are kept", async () => {
  const { source, pipe, writable } = piped();
  const messages = [];
  source.onmessage = ({ data, lastEventId }) => messages.push([data, lastEventId]);
  await pipe("id: 42\nretry: 70\ndata: first\n\n");
  assert.deepEqual([source.lastEventId, source.reconnectionTime], ["42", 70]);
  await pipe("data: second\n\n");
  await writable.close();
  await source.closed;
  assert.deepEqual(messages, [
    ["first", "42"],
    ["second", "42"],
  ]);
  assert.deepEqual([source.lastEventId, source.reconnectionTime], ["42", 70]);
});

test("reset() discards the unfinished event, and the next stream begins", async () => {
  const { source, pipe } = piped();
  await pipe("id: 1\ndata: whole\n\nid: 2\nevent: half\ndata: ha");
  source.reset();
  assert.equal(source.lastEventId, "1");
  const message = next(source, "message");
  await pipe("\uFEFFdata: fresh\n\n");
  assert.deepEqual([(await message).data, source.lastEventId], ["fresh", "1"]);
});

test("without reset() two halves are one event", async () => {
  const { source, pipe } = piped();
  const message = next(source, "message");
  await pipe("data: ha");
  await pipe("lf\n\n");
  assert.equal((await message).data, "half");
});

test("reset() in a listener keeps the complete events of the chunk, and discards the unfinished event", async () => {
  const { source, pipe } = piped();
  const seen = [];
  source.on("message", (data) => {
    seen.push(data);
    source.reset();
  });
  await pipe("data: 1\n\ndata: 2\n\ndata: unfinished");
  await pipe("data: 3\n\n");
  await pause(10);
  assert.deepEqual(seen, ["1", "2", "3"]);
});

for (const [when, pauses] of [
  ["by a listener, within a chunk", (source) => source.once("message", () => source.pause())],
  ["before the chunk", (source) => source.pause()],
]) {
  test(`reset() in a pause discards the events that wait, and their names and IDs (paused ${when})`, async () => {
    const { source, pipe } = piped();
    const seen = [];
    const listener = ({ type, data, lastEventId }) => seen.push([type, data, lastEventId]);
    source.onAny(listener);
    await pipe("id: 0\ndata: 0\n\n");
    await pause(10);
    pauses(source);
    // Not awaited: in a pause nothing is read.
    const piping = pipe("id: 1\ndata: 1\n\nid: 2\nevent: named\ndata: 2\n\nid: 3\n\nevent: named\ndata: ha");
    await pause(10);
    const { lastEventId } = source;
    source.reset();
    assert.equal(source.lastEventId, lastEventId);
    source.resume();
    await piping;
    await pipe("data: next\n\nevent: named\nid: 3\ndata: last\n\n");
    await pause(10);
    assert.deepEqual(seen.slice(-2), [
      ["message", "next", lastEventId],
      ["named", "last", "3"],
    ]);
    assert.deepEqual(
      seen.slice(0, -2).map(([, data]) => data),
      lastEventId === "0" ? ["0"] : ["0", "1"],
    );
  });
}

test("reset() is for given streams, reconnect() for URLs, and reset() after close() does nothing", async () => {
  const state = { name: "InvalidStateError" };
  const given = opened(FetchEventSource.fromReadableStream(streamOf("data: 1\n\n")));
  assert.throws(() => given.reconnect(), state);
  const asked = opened(new FetchEventSource(route("/echo").url));
  assert.throws(() => asked.reset(), state);
  given.close();
  given.reset();
  assert.deepEqual(await given.closed, { code: "closed" });
});

test("it reads the body of a response, decodes, and ends by its signal and by until", async () => {
  const { body } = await fetch(route("/body", { body: 'data: {"n":1}\n\n' }).url);
  const controller = new AbortController();
  const source = FetchEventSource.fromReadableStream(body, { decode: "json", signal: controller.signal });
  assert.deepEqual(await new Promise((resolve) => source.on("message", resolve)), { n: 1 });
  controller.abort("enough");
  assert.deepEqual(await source.closed, { code: "aborted", cause: "enough" });

  const whole = FetchEventSource.fromReadableStream(streamOf("data: 1\n\ndata: [DONE]\n\n"), { until: "[DONE]" });
  assert.deepEqual(await whole.closed, { code: "complete" });
  const cut = FetchEventSource.fromReadableStream(streamOf("data: 1\n\n"), { until: "[DONE]" });
  assert.equal((await cut.closed).code, "truncated");
});

test("a subclass inherits it, and it makes a plain FetchEventSource", () => {
  class Mine extends FetchEventSource {}
  assert.equal(opened(Mine.fromReadableStream(new Blob([bytes("")]).stream())).constructor, FetchEventSource);
});
