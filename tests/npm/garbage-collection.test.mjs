/** Sources that nobody holds: which ones the garbage collector may end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { events, FetchEventSource } from "eventsource-wasm";
import { pause } from "./server.mjs";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

/** Connections by the paths that they asked for. */
const open = [];
let requests = 0;
/** Sends an event now and then. The first connection breaks off. */
const server = createServer(({ url }, response) => {
  requests += 1;
  open.push(url);
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write("retry: 100\ndata: 0\n\n");
  const timer = setInterval(() => response.write("data: 1\n\n"), 20);
  if (requests === 1) setTimeout(() => response.end(), 50);
  response.on("close", () => {
    clearInterval(timer);
    open.splice(open.indexOf(url), 1);
  });
}).listen(0, "127.0.0.1");
await once(server, "listening");
after(() => {
  server.closeAllConnections();
  server.close();
});
const base = `http://127.0.0.1:${server.address().port}`;

/** Collects garbage until it is so, or not for a long time. */
async function collectUntil(isSo) {
  for (let turn = 0; turn < 100 && !isSo(); turn += 1) {
    collectGarbage();
    await pause(20);
  }
  return isSo();
}

test("a source that nobody holds goes on, over its connections", async () => {
  const { signal, seen } = listen();
  assert(await collectUntil(() => requests === 2));
  const before = seen.length;
  assert(await collectUntil(() => seen.length > before + 10));
  signal.dispatchEvent(new Event("end"));
  assert(await collectUntil(() => open.length === 0));
});

/** A function of its own, so that nothing of it is left on the stack. */
function listen() {
  const signal = new EventTarget();
  const seen = [];
  const source = new FetchEventSource(`${base}/source`);
  source.on("message", (data) => seen.push(data));
  const weak = new WeakRef(source);
  signal.addEventListener("end", () => weak.deref().close());
  return { signal, seen };
}

test("events() that nobody holds let go of their connection", async () => {
  await readOne();
  assert.deepEqual(open, ["/abandoned"]);
  assert(await collectUntil(() => open.length === 0));
});

async function readOne() {
  const stream = events(`${base}/abandoned`);
  assert.equal((await stream.next()).value.data, "0");
}
