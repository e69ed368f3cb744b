/**
 * The event server, which runs in its own process: `node server.mjs <module>`. It serves a blank page, the page's module, and
 * streams that repeat a corpus up to a number of events, from memory. It never ends a stream.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { makeCorpus } from "../lib/corpora.mjs";

const module = readFileSync(process.argv[2]);

/** The cached streams. @type {Map<string, Buffer>} */
const streams = new Map();

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const head = (type, bytes) =>
    response.writeHead(200, { "content-type": type, "x-bytes": bytes, "cache-control": "no-store" });
  if (pathname === "/events") {
    const bytes = stream(searchParams.get("corpus"), searchParams.get("events"));
    head("text/event-stream", bytes.length).write(bytes);
  } else if (pathname === "/page.mjs") head("text/javascript", module.length).end(module);
  else head("text/html", 0).end("<!doctype html><title>bench</title>");
});

function stream(corpus, events) {
  const key = `${corpus} ${events}`;
  let bytes = streams.get(key);
  if (bytes === undefined) {
    const chunks = makeCorpus(corpus).chunks.event;
    const length = events === null ? chunks.length : Number(events);
    bytes = Buffer.concat(Array.from({ length }, (_, index) => chunks[index % chunks.length]));
    streams.set(key, bytes);
  }
  return bytes;
}

server.listen(0, "127.0.0.1", () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  console.log(`http://127.0.0.1:${address.port}`);
});
