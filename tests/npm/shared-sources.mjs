/** `SharedEventSource` in Node, and the server of its tests: a module for each test file. */
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before } from "node:test";
import { SharedEventSource } from "eventsource-wasm/shared";
import { until } from "../support/until.mjs";

/** The time, in ms, in which nothing may happen. */
export const AWHILE = 300;

let server;
let base;
/** The requests and open streams of each path. @type {Map<string, { requests: object[], streams: Set<import("node:http").ServerResponse> }>} */
const routes = new Map();
let count = 0;

before(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    const route = routes.get(pathname);
    const { authorization } = request.headers;
    const id = request.headers["last-event-id"];
    route.requests.push({ id, authorization });
    if (route.refuses?.(id)) return response.writeHead(503).end();
    if (route.hangs?.(id)) return undefined;
    response.writeHead(200, { "content-type": "text/event-stream" });
    route.streams.add(response);
    response.on("close", () => route.streams.delete(response));
    response.write(route.begin?.(id) ?? ":\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${server.address().port}`;
});

/** The sources of the test, which are closed after it. */
export const sources = new Set();

afterEach(() => {
  for (const source of sources) source.close();
  sources.clear();
});

after(() => {
  server.closeAllConnections();
  server.close();
});

/** A path of the server. `begin` makes the first text of each stream. */
export function route(begin, refuses, hangs) {
  const path = `/${++count}`;
  const one = { requests: [], streams: new Set(), begin, refuses, hangs };
  routes.set(path, one);
  return {
    url: base + path,
    requests: one.requests,
    streams: one.streams,
    send: (text) => {
      for (const stream of one.streams) stream.write(text);
    },
    end: () => {
      for (const stream of one.streams) stream.end();
    },
  };
}

/** A source, and the data that it got. Sources with different `replay` are separate members. */
export function open(url, init, notes = []) {
  const source = new SharedEventSource(url, init);
  sources.add(source);
  source.on("message", (data) => notes.push(data));
  return Object.assign(source, { notes });
}

export const isOpen = (source) => until("open", () => source.readyState === 1);
export const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);
export const eventsOf = (list) => list.map((number) => `id: ${number}\ndata: ${number}\n\n`).join("");

/** Makes a page of this process until the returned `remove` is called; `show` shows or hides it. */
export function openPage() {
  const document = Object.assign(new EventTarget(), { hidden: false });
  const globals = { document, addEventListener() {}, removeEventListener() {} };
  Object.assign(globalThis, globals);
  return {
    show(isShown) {
      document.hidden = !isShown;
      document.dispatchEvent(new Event("visibilitychange"));
    },
    remove() {
      // They listen to the page.
      for (const source of sources) source.close();
      for (const name of Object.keys(globals)) delete globalThis[name];
    },
  };
}
