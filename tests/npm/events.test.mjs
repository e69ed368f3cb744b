import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { events } from "eventsource-wasm";
import { pause, route } from "./server.mjs";

async function all(stream) {
  const seen = [];
  for await (const event of stream) seen.push(event);
  return seen;
}

test("posts a body, decodes JSON and stops at the sentinel", async () => {
  const { url, until } = route("/echo");
  const stream = events(url, {
    body: '{"prompt":"hello"}',
    headers: { "content-type": "application/json" },
    decode: "json",
  });
  const { value } = await stream.next();
  assert.deepEqual([value.type, value.data.method, value.data.body], ["request", "POST", '{"prompt":"hello"}']);
  stream.close();
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  await until(({ open, closed }) => open === 0 && closed === 1);

  const body = 'data: {"n":1}\n\ndata: [DONE]\n\ndata: {"n":2}\n\n';
  const chunks = await all(events(route("/body", { body }).url, { decode: "json", until: "[DONE]" }));
  assert.deepEqual(
    chunks.map(({ data }) => data),
    [{ n: 1 }],
  );
});

test("sends nothing before the first next(), and reads no faster than next() is called", async () => {
  const { url, seen } = route("/body", { body: "data: 1\n\ndata: 2\n\n" });
  const stream = events(url);
  await pause(30);
  assert.equal((await seen()).requests.length, 0);
  assert.equal((await stream.next()).value.data, "1");
  assert.equal((await stream.next()).value.data, "2");
  stream.close();
});

test("break and dispose close the socket", async () => {
  const first = route("/body", { body: "data: 1\n\n" });
  for await (const _ of events(first.url)) break;
  await first.until(({ open, closed }) => open === 0 && closed === 1);
  const second = route("/body", { body: "data: 1\n\n" });
  const stream = events(second.url);
  await stream.next();
  stream[Symbol.dispose]();
  await second.until(({ open, closed }) => open === 0 && closed === 1);
});

test("an abort is thrown by the loop", async () => {
  const controller = new AbortController();
  const { url, until } = route("/hang");
  const stream = events(url, { signal: controller.signal });
  const pending = stream.next();
  await until(({ open }) => open === 1);
  controller.abort(new Error("enough"));
  await assert.rejects(pending, { message: "enough" });
  assert.equal((await stream.closed).code, "aborted");
  await until(({ open, closed }) => open === 0 && closed === 1);
});

test("close() ends a pending next()", async () => {
  const { url, until } = route("/hang");
  const stream = events(url);
  const pending = stream.next();
  await until(({ open }) => open === 1);
  stream.close();
  assert.deepEqual(await pending, { done: true, value: undefined });
});

test("a payload that does not decode is thrown with its data", async () => {
  const stream = events(route("/body", { body: "id: 1\ndata: {\n\n" }).url, { decode: "json" });
  await assert.rejects(stream.next(), { name: "DecodeError", type: "message", data: "{", lastEventId: "1" });
});

for (const [what, until] of [
  ["a name", ({ type }) => type === "done"],
  ["data", ({ data }) => data === "{}"],
  ["an ID", ({ lastEventId }) => lastEventId === "3"],
]) {
  test(`until may be a function that recognizes the last event by ${what}, which is not decoded or delivered`, async () => {
    const body = "id: 1\ndata: 1\n\ndata: 2\n\nevent: done\nid: 3\ndata: {}\n\ndata: 4\n\n";
    const { url, until: seen } = route("/body", { body });
    const decode = { message: "json", done: () => assert.fail("the event of until was decoded") };
    const stream = events(url, { decode, until });
    assert.deepEqual(
      (await all(stream)).map(({ data }) => data),
      [1, 2],
    );
    assert.deepEqual(await stream.closed, { code: "complete" });
    await seen(({ open, closed }) => open === 0 && closed === 1);
  });
}

test("a function for until is called once for each event, in order; an end without its event is truncated", async () => {
  const asked = [];
  const until = function ({ data }) {
    asked.push([this, data]);
    return false;
  };
  await assert.rejects(all(events(route("/numbers", { end: 3, total: 9 }).url, { until })), { code: "truncated" });
  assert.deepEqual(asked, [
    [undefined, "1"],
    [undefined, "2"],
    [undefined, "3"],
  ]);
});

test("toReadableStream() is pulled, ends and fails as the iterator does", async () => {
  const body = 'data: {"n":1}\n\ndata: {"n":2}\n\n';
  const stream = events(route("/body", { body, end: "" }).url, { decode: "json" }).toReadableStream();
  assert.deepEqual(
    (await all(stream)).map(({ data }) => data),
    [{ n: 1 }, { n: 2 }],
  );
  await assert.rejects(all(events(route("/answer", { status: 500 }).url).toReadableStream()), { code: "status" });

  const left = route("/body", { body: "data: 1\n\n" });
  for await (const _ of events(left.url).toReadableStream()) break;
  await left.until(({ open, closed }) => open === 0 && closed === 1);

  const unread = route("/echo");
  events(unread.url).toReadableStream();
  await pause(30);
  assert.equal((await unread.seen()).requests.length, 0);
});

test("toReadableStream() may be teed: both branches get all events, and cancelling both ends the request", async () => {
  const { url, seen, until } = route("/body", { body: "data: 1\n\ndata: 2\n\n" });
  const [left, right] = events(url).toReadableStream().tee();
  const [first, second] = [left.getReader(), right.getReader()];
  const data = async (reader) => (await reader.read()).value.data;
  assert.deepEqual([await data(first), await data(first)], ["1", "2"]);
  const cancelled = first.cancel();
  assert.deepEqual([await data(second), await data(second)], ["1", "2"]);
  assert.equal((await seen()).open, 1);
  await Promise.all([second.cancel(), cancelled]);
  await until(({ open, closed }) => open === 0 && closed === 1);
});

for (const [what, iterate] of [
  ["the iterator", (stream) => stream],
  ["the stream", (stream) => stream.toReadableStream()[Symbol.asyncIterator]()],
]) {
  test(`${what} reads no more of the body than is pulled`, async () => {
    let pulls = 0;
    const pull = (controller) => {
      pulls += 1;
      controller.enqueue(new TextEncoder().encode(`data: ${pulls}\n\n`));
    };
    const iterator = iterate(events(new ReadableStream({ pull }, { highWaterMark: 0 })));
    await pause(10);
    assert.equal(pulls, 0);
    for (const expected of [1, 2, 3]) {
      assert.equal((await iterator.next()).value.data, String(expected));
      await pause(10);
      assert.equal(pulls, expected);
    }
    await iterator.return();
  });
}

test("await using closes the socket", async () => {
  const { url, until } = route("/body", { body: "data: 1\n\n" });
  const stream = events(url);
  await stream.next();
  await stream[Symbol.asyncDispose]();
  assert.deepEqual(await stream.closed, { code: "closed" });
  await until(({ open, closed }) => open === 0 && closed === 1);
});

test("takes a Request, a Response and a body", async () => {
  const { url, seen } = route("/numbers", { end: 1, total: 9 });
  const request = new Request(url, { method: "POST", body: "x", headers: { "x-client": "test" } });
  assert.deepEqual(
    (await all(events(request))).map(({ data }) => data),
    ["1"],
  );
  const [{ method, body, headers }] = (await seen()).requests;
  assert.deepEqual([method, body, headers["x-client"], headers.accept], ["POST", "x", "test", "text/event-stream"]);

  assert.equal((await all(events(await fetch(url)))).length, 1);
  assert.equal((await all(events((await fetch(url)).body))).length, 1);

  const refused = await fetch(route("/answer", { status: 404, body: "no" }).url);
  await assert.rejects(all(events(refused)), { code: "status", status: 404, bodyPrefix: "no" });
});

/** Refuses the first token, as a server does whose tokens expire. */
const renewed = ({ status }) => ({ authorization: status === 401 ? "Bearer new" : "Bearer old" });

for (const [what, option] of [
  ["the global fetch", {}],
  ["an option 'fetch'", { fetch: (url, init) => fetch(url, init) }],
]) {
  test(`a Request with a body is sent again with new headers after a 401, by ${what}`, async () => {
    const responses = [
      { status: 401, ends: true },
      { body: "data: 1\n\n", ends: true },
    ];
    const { url, seen } = route("/responses", { responses: JSON.stringify(responses) });
    const request = new Request(url, { method: "POST", body: "hello" });
    assert.equal((await all(events(request, { headers: renewed, ...option }))).length, 1);
    assert.deepEqual(
      (await seen()).requests.map(({ method, body, headers }) => [method, body, headers.authorization]),
      [
        ["POST", "hello", "Bearer old"],
        ["POST", "hello", "Bearer new"],
      ],
    );
  });
}

test("a body may be an async iterable where fetch takes one, as in Node", async () => {
  async function* chunks() {
    yield new TextEncoder().encode("hello");
  }
  for (const body of [chunks(), Readable.from([Buffer.from("hello")])]) {
    const stream = events(route("/echo").url, { body, decode: "json" });
    const { value } = await stream.next();
    assert.deepEqual([value.data.method, value.data.body], ["POST", "hello"]);
    stream.close();
  }
});

test("a 401 is final if the body is a stream, which cannot be sent again", async () => {
  for (const body of [new Blob(["hello"]).stream(), Readable.from([Buffer.from("hello")])]) {
    let requests = 0;
    const fetch = async () => {
      requests += 1;
      return new Response("expired", { status: 401 });
    };
    await assert.rejects(events("http://127.0.0.1:9/", { body, headers: renewed, fetch }).next(), {
      code: "status",
      status: 401,
      bodyPrefix: "expired",
    });
    assert.equal(requests, 1);
  }
});

test("the first event after a byte order mark is delivered, from a server and from a constructed Response", async () => {
  const body = '\ufeffdata: {"n":1}\n\ndata: [DONE]\n\n';
  const made = new Response(body, { headers: { "content-type": "text/event-stream" } });
  for (const input of [route("/body", { body }).url, made]) {
    const seen = await all(events(input, { decode: "json", until: "[DONE]" }));
    assert.deepEqual(
      seen.map(({ data }) => data),
      [{ n: 1 }],
    );
  }
});

test("the message of a connect timeout names what may delay a response", async () => {
  await assert.rejects(events(route("/hang").url, { connectTimeout: 50 }).next(), ({ code, message }) => {
    assert.match(message, /six connections .*HTTP\/2/);
    assert.match(message, /Firefox waits for the first byte of the body, so have it send a comment/);
    return code === "connect-timeout";
  });
});

test("closing cancels a body that the user gave", async () => {
  let cancelled;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const _ of events(body)) break;
  await pause(0);
  assert.equal(cancelled, true);
});

test("a body that is no stream of bytes, or is locked, is an error that names it", async () => {
  const text = new ReadableStream({ start: (controller) => controller.enqueue("data: 1\n\n") });
  await assert.rejects(all(events(text)), ({ code, cause }) => code === "request" && cause instanceof TypeError);
  const response = new Response("data: 1\n\n", { headers: { "content-type": "text/event-stream" } });
  response.body.getReader();
  assert.throws(() => events(response), { name: "TypeError", message: /'input'/ });
  assert.throws(() => events(response.body), { name: "TypeError", message: /'input'/ });
});

test("close() before the response reaches the server, even after garbage collections", async () => {
  const collect = collector();
  for (const input of [(url) => url, (url) => new Request(url)]) {
    const { url, until } = route("/hang");
    const stream = events(input(url));
    stream.next();
    await until(({ open }) => open === 1);
    for (let turn = 0; turn < 3; turn++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    stream.close();
    await until(({ open, closed }) => open === 0 && closed === 1);
  }
});

/** Returns the function that runs the garbage collector of Node. */
function collector() {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
