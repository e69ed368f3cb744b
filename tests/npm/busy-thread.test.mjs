/** A busy thread: its timers ring late, and bytes that arrived meanwhile are not yet read. */
import assert from "node:assert/strict";
import { on } from "node:events";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { FetchEventSource } from "eventsource-wasm";
import { next, opened, pause } from "./server.mjs";

/**
 * A server in a thread of its own, which sends an event each 50 ms. The path of a URL is the delay of its head (ms). It posts its
 * port, and then the path of each request.
 */
const SERVER = `
  const { parentPort } = require("node:worker_threads");
  const server = require("node:http").createServer((request, response) => {
    parentPort.postMessage(request.url);
    setTimeout(() => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => response.write("data: 1\\n\\n"), 50);
      response.on("close", () => clearInterval(timer));
    }, Number(request.url.slice(1)));
  });
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;

/** Times in ms: the limit of the source, and the longer time for which the thread is busy. */
const LIMIT = 1000;
const BUSY = 2500;

/** @type {Worker} */
let server;
let base = "";
before(async () => {
  server = new Worker(SERVER, { eval: true });
  base = `http://127.0.0.1:${await new Promise((resolve) => server.once("message", resolve))}`;
});
after(() => server.terminate());

const beBusy = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY);

test("bytes that arrive while the thread is busy keep the stream, even after idleTimeout and eventTimeout", async () => {
  const source = opened(new FetchEventSource(`${base}/0`, { idleTimeout: LIMIT, eventTimeout: LIMIT }));
  source.onerror = ({ error }) => assert.fail(error.code);
  for (let times = 0; times < 2; times++) {
    await next(source, "message");
    // The source waits for the next chunk.
    await pause(10);
    beBusy();
    await pause(300);
  }
  assert.equal(source.readyState, source.OPEN);
});

test("a response that arrives while the thread is busy opens, even after connectTimeout", async () => {
  const source = opened(new FetchEventSource(`${base}/300`, { connectTimeout: LIMIT }));
  source.onerror = ({ error }) => assert.fail(error.code);
  // The request has arrived, and waits for its response.
  for await (const [path] of on(server, "message", { signal: AbortSignal.timeout(20_000) })) if (path === "/300") break;
  beBusy();
  await next(source, "open");
});
