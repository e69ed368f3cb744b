/** Sources without a reference: which of them the garbage collector may end. */
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

/** The paths of the open connections. */
const open = [];
let requests = 0;
/** Sends an event each 20 ms. The first connection ends after 50 ms. */
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

/** Runs the garbage collector until the condition holds, up to 100 times. Returns whether it holds. */
async function collectUntil(isSo) {
  for (let turn = 0; turn < 100 && !isSo(); turn += 1) {
    collectGarbage();
    await pause(20);
  }
  return isSo();
}

test("a source without a reference goes on, also after a reconnect", async () => {
  const { signal, seen } = listen();
  assert(await collectUntil(() => requests === 2));
  const before = seen.length;
  assert(await collectUntil(() => seen.length > before + 10));
  signal.dispatchEvent(new Event("end"));
  assert(await collectUntil(() => open.length === 0));
});

/** Makes the source in a function of its own, so that no reference to it is left on the stack. */
function listen() {
  const signal = new EventTarget();
  const seen = [];
  const source = new FetchEventSource(`${base}/source`);
  source.on("message", (data) => seen.push(data));
  const weak = new WeakRef(source);
  signal.addEventListener("end", () => weak.deref().close());
  return { signal, seen };
}

test("events() without a reference release their connection", async () => {
  await readOne();
  assert.deepEqual(open, ["/abandoned"]);
  assert(await collectUntil(() => open.length === 0));
});

async function readOne() {
  const stream = events(`${base}/abandoned`);
  assert.equal((await stream.next()).value.data, "0");
}
