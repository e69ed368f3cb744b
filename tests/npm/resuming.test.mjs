/** Resuming: by a GET to the `Location` of a POST, from another ID, from the beginning, and the facts of `open`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { SharedEventSource } from "eventsource-wasm/shared";
import { next, opened, route } from "./server.mjs";

const responses = (list) => route("/responses", { responses: JSON.stringify(list) });

/** The source of the README. */
function run(url, fetch, signal) {
  const next = ({ response }) =>
    response && new URL(response.headers.get("location") ?? response.url, response.url).href;
  return new FetchEventSource((context) => next(context) ?? url, {
    method: ({ response }) => (response ? "GET" : "POST"),
    headers: ({ response }) => (response ? {} : { "content-type": "application/json" }),
    body: "{}",
    retry: ({ response, reconnectionTime }) => (response ? reconnectionTime : "stop"),
    until: { event: "end" },
    fetch,
    signal,
  });
}

test("after one POST, GETs to its Location resume with the ID until the end", async () => {
  const server = responses([
    { headers: { location: "{url}" }, body: "retry: 10\nid: 1\ndata: 1\n\n", ends: true },
    { body: "retry: 10\nid: 2\ndata: 2\n\n", ends: true },
    { body: "id: 3\ndata: 3\n\nevent: end\ndata: -\n\n" },
  ]);
  const source = run(server.url);
  const seen = [];
  source.onAny(({ data }) => seen.push(data));
  assert.equal((await source.closed).code, "complete");
  assert.deepEqual(seen, ["1", "2", "3"]);
  const { requests } = await server.seen();
  const lines = requests.map(({ method, lastEventId, body, headers }) => [
    method,
    lastEventId,
    body ?? "",
    headers["content-type"],
  ]);
  assert.deepEqual(lines, [
    ["POST", null, "{}", "application/json"],
    ["GET", "1", "", undefined],
    ["GET", "2", "", undefined],
  ]);
});

test("a POST that fails before its head is not repeated", async () => {
  let requests = 0;
  const source = run("http://127.0.0.1:9/", async () => {
    requests += 1;
    throw new TypeError("Failed to fetch");
  });
  assert.equal((await source.closed).code, "network");
  assert.equal(requests, 1);
});

test("without retry, a source with a method function is not retried", async () => {
  const server = responses([{ body: "retry: 10\ndata: 1\n\n", ends: true }]);
  const source = new FetchEventSource(server.url, { method: () => "GET" });
  assert.equal((await source.closed).code, "ended");
  assert.equal((await server.seen()).requests.length, 1);
});

test("an abort after the resume ends the source and its connection", async () => {
  const server = responses([
    { headers: { location: "{url}" }, body: "retry: 10\nid: 1\ndata: 1\n\n", ends: true },
    { body: "id: 2\ndata: 2\n\n" },
  ]);
  const controller = new AbortController();
  const source = opened(run(server.url, undefined, controller.signal));
  source.on("message", (data) => data === "2" && controller.abort(new Error("enough")));
  const { code, cause } = await source.closed;
  assert.deepEqual([code, cause.message], ["aborted", "enough"]);
  const { requests } = await server.until(({ open, closed }) => open === 0 && closed === 2);
  assert.deepEqual(
    requests.map(({ method }) => method),
    ["POST", "GET"],
  );
});

test("a retry function may send the ID in a header of the response with the next request", async () => {
  // A hub of Mercure sends its current ID in a header, before any event.
  const server = responses([{ headers: { "last-event-id": "urn:uuid:1" }, ends: true }, { body: "data: 1\n\n" }]);
  const retry = ({ response, lastEventId }) => ({
    delay: 10,
    lastEventId: lastEventId || (response?.headers.get("last-event-id") ?? ""),
  });
  const source = opened(new FetchEventSource(server.url, { retry }));
  assert.equal((await next(source, "message")).lastEventId, "urn:uuid:1");
  assert.deepEqual(
    (await server.seen()).requests.map(({ lastEventId }) => lastEventId),
    [null, "urn:uuid:1"],
  );
});

test("a retry function may retry only after an ID was seen", async () => {
  for (const [body, requests] of [
    ["data: 1\n\n", 1],
    ["id: 7\ndata: 1\n\n", 2],
  ]) {
    const server = responses([
      { body, ends: true },
      { status: 204, ends: true },
    ]);
    const retry = ({ lastEventId }) => (lastEventId === "" ? "stop" : 10);
    await opened(new FetchEventSource(server.url, { method: "POST", retry })).closed;
    assert.equal((await server.seen()).requests.length, requests, body);
  }
});

test("reconnect({ lastEventId }) resumes from that ID, or without one, with its listeners and its reason", async () => {
  const server = responses([{ body: "id: 7\ndata: 1\n\n" }]);
  const contexts = [];
  const source = new FetchEventSource(server.url, {
    headers: ({ reason, lastEventId }) => {
      contexts.push([reason, lastEventId]);
      return {};
    },
  });
  await next(source, "message");
  source.reconnect({ lastEventId: "5" });
  await next(source, "message");
  source.reconnect({ lastEventId: "" });
  assert.equal(source.lastEventId, "");
  await next(source, "message");
  source.close();
  assert.deepEqual(contexts, [
    [undefined, ""],
    ["reconnect", "5"],
    ["reconnect", ""],
  ]);
  assert.deepEqual(
    (await server.seen()).requests.map(({ lastEventId }) => lastEventId),
    [null, "5", null],
  );
});

test("an open event has reopened, attempts, elapsed and the sent ID", async () => {
  const server = responses([
    { body: "retry: 10\nid: 7\ndata: 1\n\n", ends: true },
    { status: 503, ends: true },
    { status: 503, ends: true },
    { body: "data: 2\n\n" },
  ]);
  const source = new FetchEventSource(server.url, { retry: { initialDelay: 10 } });
  const first = await next(source, "open");
  assert.deepEqual([first.reopened, first.attempts, first.sentLastEventId], [false, 1, ""]);
  const second = await next(source, "open");
  assert.deepEqual([second.reopened, second.attempts, second.sentLastEventId], [true, 3, "7"]);
  assert(second.elapsed >= 30, `${second.elapsed} ms`);
  assert.equal(second.response.status, 200);
  source.close();
});

test("an error event has code and status with the HTTP status, and message, as in the package eventsource", async () => {
  const refused = await next(new FetchEventSource(responses([{ status: 403, ends: true }]).url), "error");
  assert.deepEqual([refused.code, refused.status, refused.message], [403, 403, refused.error.message]);
  const lost = await next(new FetchEventSource("http://127.0.0.1:9/"), "error");
  assert.deepEqual([lost.code, lost.status, lost.message], [undefined, undefined, lost.error.message]);
  lost.target.close();
});

test("accept is called only for a 200, with the content type or null, and never for HTML", async () => {
  const asked = [];
  const accept = (contentType) => {
    asked.push(contentType);
    return contentType !== "application/pdf";
  };
  const read = async (reply) => {
    try {
      const { value } = await events(responses([{ body: "data: 1\n\n", ends: true, ...reply }]).url, { accept }).next();
      return value.data;
    } catch (error) {
      return error.code;
    }
  };
  const type = (value) => ({ headers: { "content-type": value } });
  assert.equal(await read(type("application/json")), "1");
  assert.equal(await read(type(null)), "1");
  assert.equal(await read({}), "1");
  assert.equal(await read(type("application/pdf")), "content-type");
  assert.equal(await read(type("text/html; charset=utf-8")), "content-type");
  assert.equal(await read({ ...type("application/json"), status: 404 }), "status");
  assert.deepEqual(asked, ["application/json", null, "application/pdf"]);
});

test("an accept that throws, or returns no boolean, is reported, and the response is refused", async () => {
  const reported = [];
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error.message));
  try {
    const throwing = () => {
      throw new Error("from accept");
    };
    const { url } = responses([{ headers: { "content-type": "text/plain" }, ends: true }]);
    for (const accept of [throwing, async () => true, () => undefined]) {
      await assert.rejects(events(url, { accept }).next(), { code: "content-type" });
    }
    await new Promise((resolve) => setTimeout(resolve));
    const advice = "option 'accept' must return true or false, and no promise";
    assert.deepEqual(reported, ["from accept", advice, advice]);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
});

test("emptyData: skip passes empty data to no decoder, on() or loop; its ID counts", async () => {
  const body = "id: 1\ndata:\n\nid: 2\ndata: {}\n\nid: 3\ndata\n\n";
  const stream = events(responses([{ body, ends: true }]).url, { decode: "json", emptyData: "skip" });
  const seen = [];
  for await (const { data, lastEventId } of stream) seen.push([data, lastEventId]);
  assert.deepEqual([seen, stream.lastEventId], [[[{}, "2"]], "3"]);

  const source = new FetchEventSource(responses([{ body }]).url, { decode: "json", emptyData: "skip" });
  const heard = [];
  source.on("message", (payload) => heard.push(payload));
  source.addEventListener("decodeerror", () => assert.fail("empty data was decoded"));
  const raw = [];
  await new Promise((resolve) => {
    source.addEventListener("message", ({ data, lastEventId }) => {
      raw.push(data);
      if (lastEventId === "3") resolve();
    });
  });
  source.close();
  assert.deepEqual([heard, raw], [[{}], ["", "{}", ""]]);
});

test("onComment gets the comments in the order of the stream", async () => {
  const [comments, received] = [[], []];
  const onComment = (text) => comments.push(text);
  const body = ": one\ndata: 1\n\n:two\n\ndata: 2\n\n";
  const stream = events(responses([{ body, ends: true }]).url, { onComment });
  for await (const { data } of stream) received.push(data);
  // The loop takes the events of a chunk after its comments.
  assert.deepEqual(
    [comments, received],
    [
      ["one", "two"],
      ["1", "2"],
    ],
  );
  const source = new FetchEventSource(responses([{ body }]).url, { onComment: (text) => order.push(text) });
  const order = [];
  source.onAny(({ data }) => order.push(data));
  await new Promise((resolve) => source.on("message", (data) => data === "2" && resolve()));
  source.close();
  assert.deepEqual(order, ["one", "1", "two", "2"]);
});

test("persistId keeps the last event ID by method and URL; only a source that can reconnect has it", async () => {
  const items = new Map();
  globalThis.sessionStorage = {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => items.set(name, value),
  };
  const url = "https://api.test/";
  const fetch = async () => new Response("id: 7\ndata: 1\n\n", { headers: { "content-type": "text/event-stream" } });
  /** The keys in the storage after the first event of a source. */
  const keysOf = async (init, Source = FetchEventSource) => {
    items.clear();
    const source = opened(new Source(url, { persistId: "session", fetch, ...init }));
    await next(source, "message");
    source.close();
    return [...items.keys()];
  };
  try {
    const [get, post] = [["eventsource-wasm GET https://api.test/"], ["eventsource-wasm POST https://api.test/"]];
    for (const Source of [FetchEventSource, SharedEventSource]) {
      assert.deepEqual(await keysOf({}, Source), get);
      assert.deepEqual(await keysOf({ body: "x" }, Source), post);
    }
    assert.deepEqual(await keysOf({ method: "GET" }), get);
    assert.deepEqual(await keysOf({ method: () => "GET" }), post);
    items.clear();
    const init = { persistId: "session" };
    const given = await fetch();
    for (const stream of [events(url, { ...init, fetch }), events(given, init)]) {
      for await (const { lastEventId } of stream) assert.equal(lastEventId, "7");
    }
    const source = FetchEventSource.fromReadableStream((await fetch()).body, init);
    await next(opened(source), "message");
    assert.equal(items.size, 0);
  } finally {
    delete globalThis.sessionStorage;
  }
});
