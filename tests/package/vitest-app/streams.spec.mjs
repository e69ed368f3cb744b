/**
 * Runs by Vitest in the environments jsdom and node. The environment jsdom has its own AbortController, EventTarget,
 * MessageEvent and DOMException, and `fetch`, Request, Response and streams of Node.js. EVENT_SERVER is an event server.
 */
import { events, FetchEventSource } from "eventsource-wasm";
import { fetchEventSource } from "eventsource-wasm/fetch-event-source";
import { createParser } from "eventsource-wasm/parser";
import { EventSourceParserStream } from "eventsource-wasm/parser/stream";
import { TestEventServer } from "eventsource-wasm/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const { EVENT_SERVER, ENVIRONMENT } = process.env;
const isJsdom = typeof document !== "undefined";

/** Makes signals of Node.js, even if the environment replaces the global class. */
const { transferableAbortController } = process.getBuiltinModule("util");

/** The unhandled errors and rejections. */
const stray = [];
process.on("unhandledRejection", (reason) => stray.push(reason));

let key = "";
beforeEach(() => {
  key = crypto.randomUUID();
});
afterEach(() => expect(stray).toEqual([]));

const route = (path, query = {}) => `${EVENT_SERVER}${path}?${new URLSearchParams({ ...query, key })}`;
const seen = async () => (await fetch(`${EVENT_SERVER}/seen?key=${key}`)).json();
const isLeft = () => expect.poll(seen, { timeout: 10_000 }).toMatchObject({ open: 0 });

const controllers = {
  "the environment's AbortController": () => new AbortController(),
  "the AbortController of Node.js": transferableAbortController,
};
if (isJsdom) {
  controllers["the AbortController of an iframe"] = () => {
    const frame = document.body.appendChild(document.createElement("iframe"));
    return new frame.contentWindow.AbortController();
  };
}

test("it runs in the requested environment", () => {
  expect(isJsdom ? "jsdom" : "node").toBe(ENVIRONMENT);
});

test("a source delivers events to each kind of listener, resumes after a loss, and closes its connection", async () => {
  const source = new FetchEventSource(route("/numbers", { retry: "20", cut: "2", total: "3" }));
  const got = { on: [], addEventListener: [], onmessage: [] };
  const errors = [];
  source.on("message", (data) => got.on.push(data));
  source.addEventListener("message", (event) => {
    expect(event).toBeInstanceOf(MessageEvent);
    got.addEventListener.push(event.data);
  });
  source.onmessage = ({ data, lastEventId }) => {
    expect(lastEventId).toBe(data);
    got.onmessage.push(data);
  };
  source.onerror = ({ error }) => errors.push(error.code);
  await new Promise((resolve) => source.addEventListener("done", resolve, { once: true }));
  const numbers = ["1", "2", "3"];
  expect(got).toEqual({ on: numbers, addEventListener: numbers, onmessage: numbers });
  expect(errors).toEqual(["network"]);
  source.close();
  await isLeft();
  const ids = (await seen()).requests.map(({ lastEventId }) => lastEventId);
  expect(ids).toEqual([null, "2"]);
});

test("events() sends a POST with headers and reads JSON to its end", async () => {
  const stream = events(route("/echo"), { method: "POST", headers: { "x-a": "1" }, body: "hello", decode: "json" });
  for await (const { type, data } of stream) {
    expect([type, data.method, data.body, data.headers["x-a"]]).toEqual(["request", "POST", "hello", "1"]);
    break;
  }
  await isLeft();
});

test("events() takes a Request, a Response and a body", async () => {
  for (const make of [(url) => new Request(url), (url) => fetch(url), async (url) => (await fetch(url)).body]) {
    const all = [];
    for await (const { data } of events(await make(route("/body", { body: "data: 1\n\ndata: 2\n\n", end: "" })))) {
      all.push(data);
    }
    expect(all).toEqual(["1", "2"]);
  }
});

describe.each(Object.entries(controllers))("%s", (_, makeController) => {
  test("aborts a source, with its reason", async () => {
    const controller = makeController();
    const source = new FetchEventSource(route("/body", { body: "data: 1\n\n" }), { signal: controller.signal });
    await new Promise((resolve) => source.once("message", resolve));
    controller.abort("enough");
    expect(await source.closed).toEqual({ code: "aborted", cause: "enough" });
    await isLeft();
  });

  test("aborts a request without a response, and a request whose body is read", async () => {
    for (const path of ["/hang", "/body"]) {
      const controller = makeController();
      const pending = events(route(path), { signal: controller.signal }).next();
      await expect.poll(seen, { timeout: 10_000 }).toMatchObject({ open: 1 });
      const reason = new Error("enough");
      controller.abort(reason);
      await expect(pending).rejects.toBe(reason);
      await isLeft();
    }
  });

  test("removes listeners", () => {
    const controller = makeController();
    const { signal } = controller;
    const source = new FetchEventSource("https://api.test/", { fetch: new TestEventServer().fetch });
    const got = [];
    source.on("message", () => got.push("on"), { signal });
    source.addEventListener("message", () => got.push("addEventListener"));
    controller.abort();
    source.dispatchEvent(new MessageEvent("message", { data: "1" }));
    expect(got).toEqual(["addEventListener"]);
    source.close();
  });

  test("ends fetchEventSource()", async () => {
    const controller = makeController();
    const got = [];
    await fetchEventSource(route("/body", { body: "data: 1\n\n" }), {
      signal: controller.signal,
      openWhenHidden: true,
      onmessage({ data }) {
        got.push(data);
        controller.abort();
      },
    });
    expect(got).toEqual(["1"]);
    await isLeft();
  });
});

test("the server of eventsource-wasm/testing works as the global fetch, with the test clock", async () => {
  const server = new TestEventServer([(connection) => connection.refuse(503)]);
  const real = globalThis.fetch;
  globalThis.fetch = server.fetch;
  try {
    const source = new FetchEventSource("https://api.test/events", { retry: { initialDelay: 10 } });
    const error = new Promise((resolve) => source.addEventListener("error", resolve, { once: true }));
    const connection = await server.accept();
    expect((await error).error).toMatchObject({ code: "status", status: 503, willReconnect: true });
    connection.send({ id: "7", data: "hello" });
    expect(await new Promise((resolve) => source.once("message", resolve))).toBe("hello");
    source.close();
    expect(connection.signal.aborted).toBe(true);
  } finally {
    globalThis.fetch = real;
  }
});

test("the parsers parse", async () => {
  const got = [];
  createParser({ onEvent: ({ data }) => got.push(data) }).feed("data: 1\n\n");
  const { body } = new Response("data: 2\n\n");
  const parsed = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of parsed) got.push(data);
  expect(got).toEqual(["1", "2"]);
});
