/** `SharedEventSource` in Node: several members in one process, and in its worker threads, over BroadcastChannel and without Web Locks. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SharedEventSource } from "eventsource-wasm/shared";
import { until } from "../support/until.mjs";
import { within } from "../support/within.mjs";

const cwd = fileURLToPath(new URL("../..", import.meta.url));
/** ms for which nothing may happen. */
const AWHILE = 300;

let server;
let base;
/** What the server got under each path. @type {Map<string, { requests: object[], streams: Set<import("node:http").ServerResponse> }>} */
const routes = new Map();
let count = 0;

before(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    const route = routes.get(pathname);
    const { authorization } = request.headers;
    const id = request.headers["last-event-id"];
    route.requests.push({ id, authorization });
    if (route.refuses?.()) return response.writeHead(503).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    route.streams.add(response);
    response.on("close", () => route.streams.delete(response));
    response.write(route.begin?.(id) ?? ":\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${server.address().port}`;
});

const sources = new Set();

afterEach(() => {
  for (const source of sources) source.close();
  sources.clear();
});

after(() => {
  server.closeAllConnections();
  server.close();
});

/** A path of the server; `begin` makes what a stream begins with. */
function route(begin, refuses) {
  const path = `/${++count}`;
  const one = { requests: [], streams: new Set(), begin, refuses };
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

/** A source with what it got. Those with another `replay` are members of their own. */
function open(url, init, notes = []) {
  const source = new SharedEventSource(url, init);
  sources.add(source);
  source.on("message", (data) => notes.push(data));
  return Object.assign(source, { notes });
}

const isOpen = (source) => until("open", () => source.readyState === 1);
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);
const eventsOf = (list) => list.map((number) => `id: ${number}\ndata: ${number}\n\n`).join("");

/** Runs a program with `url` until it ends. */
async function run(program, url) {
  const source = `const url = ${JSON.stringify(url)};
    const { SharedEventSource } = await import("eventsource-wasm/shared");
    ${program}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  try {
    await within(10_000, `the end of the process, which printed ${output}`, once(child, "exit"));
  } finally {
    child.kill("SIGKILL");
  }
  return output;
}

test("20,000 events with long IDs at once", async () => {
  const list = Array.from({ length: 20_000 }, (_, index) => `${index}-${"é".repeat(60)}`);
  const { url, send } = route();
  const source = open(url);
  await isOpen(source);
  send(list.map((id) => `id: ${id}\ndata: ${id}\n\n`).join(""));
  await until("all", () => source.notes.length >= list.length);
  assert.deepEqual(source.notes, list);
});
