/**
 * The event server, which runs in its own process: `node server.mjs <folder of the built package>`. It serves a page that can
 * import the package, streams the number of events in the query after a request of `/go`, and reports its processor time.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const dist = process.argv[2];

/** Text that follows the time in an event's data. */
const FILL = "x".repeat(100);
/** The number of events in one write. */
const CHUNK = 500;

/** The streams that wait for `/go`. @type {(() => void)[]} */
let waiting = [];

const IMPORTS = {
  "eventsource-wasm": "/dist/index.js",
  "eventsource-wasm/shared": "/dist/shared/shared-event-source.js",
};
const PAGE = `<!doctype html><title>bench</title><script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`;

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const head = { "access-control-allow-origin": "*", "cache-control": "no-store" };
  if (pathname === "/events") {
    response.writeHead(200, { ...head, "content-type": "text/event-stream" }).write(":\n\n");
    await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    await send(response, Number(searchParams.get("events")), Number(searchParams.get("interval")));
  } else if (pathname === "/go") {
    for (const go of waiting) go();
    response.writeHead(200, head).end(String(waiting.length));
    waiting = [];
  } else if (pathname === "/cpu") {
    const { user, system } = process.cpuUsage();
    response.writeHead(200, head).end(String((user + system) / 1000));
  } else if (pathname.startsWith("/dist/") && existsSync(join(dist, pathname.slice(6)))) {
    response
      .writeHead(200, { ...head, "content-type": "text/javascript" })
      .end(readFileSync(join(dist, pathname.slice(6))));
  } else response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
});

/** Sends one event per `interval` (ms); with interval 0, as fast as the client reads. Never ends the stream. */
async function send(response, events, interval) {
  const event = (number) => `id: ${number}\ndata: ${Date.now()} ${FILL}\n\n`;
  for (let number = 1; number <= events && !response.destroyed; ) {
    let text = "";
    for (const end = interval > 0 ? number : Math.min(events, number + CHUNK - 1); number <= end; number++)
      text += event(number);
    const isTaken = response.write(text);
    if (interval > 0) await pause(interval);
    else if (!isTaken) await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
  }
}

server.listen(0, "0.0.0.0", () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  console.log(String(address.port));
});
