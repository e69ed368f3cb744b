/**
 * The server of the soak, in a process of its own: the event server of the tests, with the page, the package, streams of any
 * corpus, and the number of open streams. `node tests/soak/server.mjs` prints its URL.
 */
import { makeCorpus } from "../../benches/lib/corpora.mjs";
import { addSite } from "../browser/site.mjs";
import { createEventServer } from "../server/app.mjs";

const app = createEventServer();
addSite(app);

const sockets = new Set();
app.server.on("connection", (socket) => {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
});

/** The requests for events so far, and the number of open streams. */
const seen = { requests: 0, open: 0 };
app.server.on("request", ({ url }, response) => {
  if (/^\/($|state|dist\/|tests\/|benches\/)/.test(url)) return;
  // Chromium may read the rest of an aborted response for five seconds, to reuse the socket.
  response.setHeader("connection", "close");
  seen.requests += 1;
  seen.open += 1;
  response.once("close", () => {
    seen.open -= 1;
  });
});

app.get("/state", async ({ socket }) => ({ ...seen, sockets: sockets.size - (sockets.has(socket) ? 1 : 0) }));

/** The streams of corpora, each made once. @type {Map<string, Buffer>} */
const streams = new Map();

/** Serves events of a corpus, whose IDs are their numbers. Then the stream ends if `end` is set. */
app.get("/corpus", (request, reply) => {
  const { corpus, count, end } = request.query;
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  reply.raw.write(stream(corpus, Number(count)));
  if (end !== undefined) reply.raw.end();
});

function stream(corpus, count) {
  const key = `${corpus} ${count}`;
  let bytes = streams.get(key);
  if (bytes === undefined) {
    const { texts } = makeCorpus(corpus);
    const numbered = (_, index) => `${texts[index % texts.length].slice(0, -1)}id: ${index}\n\n`;
    bytes = Buffer.from(Array.from({ length: count }, numbered).join(""));
    streams.set(key, bytes);
  }
  return bytes;
}

// Closes idle sockets of the browser soon after the end.
app.server.keepAliveTimeout = 3000;
console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
