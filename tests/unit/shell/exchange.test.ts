import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchange, type Fetch, type RequestParts } from "../../../npm/shell/exchange.js";

const parts = (headers: Record<string, string> = {}): RequestParts => ({
  url: "https://api.test/events",
  init: { method: "GET" },
  headers: new Headers(headers),
});

/** The headers and the init with which a user's `fetch` is called. */
async function sentWith(header: string, headers?: Record<string, string>) {
  let sent: RequestInit = {};
  const fetch: Fetch = async (_url, init) => {
    sent = init;
    return new Response("");
  };
  await new Exchange().send(async () => parts(headers), header, fetch);
  return sent;
}

test("a request has Accept, no-store and the Last-Event-ID if any; a user's Accept stays", async () => {
  const { headers, cache } = await sentWith("42");
  assert.deepEqual([headers, cache], [{ accept: "text/event-stream", "last-event-id": "42" }, "no-store"]);
  assert.deepEqual((await sentWith("")).headers, { accept: "text/event-stream" });
  assert.deepEqual((await sentWith("", { Accept: "text/plain" })).headers, { accept: "text/plain" });
});

test("a request that cannot be made is unusable, not a network failure", async () => {
  const cause = new Error("no token");
  const news = await new Exchange().send(() => Promise.reject(cause), "", undefined);
  assert.deepEqual(news, { type: "unusable", cause });
  const bad = await new Exchange().send(
    async () => ({ ...parts(), url: "https://user:pass@api.test/" }),
    "",
    undefined,
  );
  assert.equal(bad.type, "unusable");
});

test("a runtime that refuses the option cache gets a request without it", async (t) => {
  const { Request } = globalThis;
  t.after(() => Object.assign(globalThis, { Request }));
  class Uncached extends Request {
    constructor(url: string, init: RequestInit = {}) {
      if ("cache" in init) throw new Error("The 'cache' field is not implemented.");
      super(url, init);
    }
  }
  Object.assign(globalThis, { Request: Uncached });
  const fetch = t.mock.method(globalThis, "fetch", async () => new Response(""));
  const news = await new Exchange().send(async () => parts(), "7", undefined);
  assert.equal(news.type, "response");
  const request = fetch.mock.calls[0]?.arguments[0] as unknown as Request;
  assert.deepEqual([request.url, request.headers.get("last-event-id")], ["https://api.test/events", "7"]);
});

test("a rejected fetch has its URL, unless it is the user's fetch", async (t) => {
  const cause = new TypeError("fetch failed");
  t.mock.method(globalThis, "fetch", () => Promise.reject(cause));
  const ours = await new Exchange().send(async () => parts(), "", undefined);
  assert.deepEqual(ours, { type: "rejected", url: "https://api.test/events", cause });
  const theirs = await new Exchange().send(
    async () => parts(),
    "",
    () => Promise.reject(cause),
  );
  assert.deepEqual(theirs, { type: "rejected", url: undefined, cause });
});

test("an abort while the request is made sends nothing", async () => {
  const exchange = new Exchange();
  const makeParts = async () => {
    exchange.abort();
    return parts();
  };
  assert.deepEqual(await exchange.send(makeParts, "", () => assert.fail("a request was sent")), { type: "end" });
});

test("an abort cancels the body of a user's fetch that ignores its signal", async () => {
  const exchange = new Exchange();
  let cancelled = 0;
  const cancel = () => {
    cancelled += 1;
  };
  const fetch = async () => {
    exchange.abort();
    return new Response(new ReadableStream({ cancel }));
  };
  await exchange.send(async () => parts(), "", fetch);
  assert.equal(cancelled, 1);
});

test("an abort cancels a given body, which has no signal", () => {
  const exchange = new Exchange();
  let cancelled = 0;
  const cancel = () => {
    cancelled += 1;
  };
  exchange.take({ response: new Response(new ReadableStream({ cancel })) });
  exchange.abort();
  assert.equal(cancelled, 1);
});

test("a fetch result that is no Response is unusable, but an object like a Response is accepted", () => {
  const headers = { get: (name: string) => (name === "Retry-After" ? "5" : null) };
  for (const wrong of [{ headers }, { status: 200 }, undefined]) {
    assert.equal(new Exchange().take({ response: wrong as unknown as Response }).type, "unusable");
  }
  const response = { status: 503, headers, body: null } as unknown as Response;
  const own = new Exchange().take({ response });
  assert.deepEqual(
    { ...own, response: 0 },
    { type: "response", response: 0, contentType: null, retryAfter: "5", isStreamed: false },
  );
});

/** Reads a response with these chunks, and returns the results. */
async function read(chunks: unknown[]) {
  const exchange = new Exchange();
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  exchange.take({ response: { status: 200, headers: new Headers(), body } as unknown as Response });
  const news = [];
  do news.push(await exchange.read());
  while (news.at(-1)?.type === "chunk");
  return news;
}

test("chunks of bytes are read to the end, and a chunk of another kind is unusable", async () => {
  const chunk = new Uint8Array([1]);
  assert.deepEqual(await read([chunk]), [{ type: "chunk", chunk }, { type: "end" }]);
  assert.deepEqual(
    (await read(["text"])).map(({ type }) => type),
    ["unusable"],
  );
});

test("bytes of another realm are accepted", async () => {
  const { runInNewContext } = await import("node:vm");
  const [news] = await read([runInNewContext("new Uint8Array([1])")]);
  assert.equal(news?.type, "chunk");
});

test("a body that breaks off is broken, with the cause, and a missing body has ended", async () => {
  const cause = new Error("reset");
  const exchange = new Exchange();
  exchange.take({ response: new Response(new ReadableStream({ start: (controller) => controller.error(cause) })) });
  assert.deepEqual(await exchange.read(), { type: "broken", cause });
  assert.deepEqual(await new Exchange().read(), { type: "end" });
});
