/** Event streams that the test controls, and a page of the same origin that reads them. */
import Fastify from "fastify";
import { startSite } from "./site.mjs";

/** A response that the test controls. */
class HeldStream {
  isOpen = true;
  #response;

  constructor({ headers }, response) {
    this.lastEventId = headers["last-event-id"] ?? null;
    this.#response = response;
    response.on("error", () => {});
    response.on("close", () => {
      this.isOpen = false;
    });
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.flushHeaders();
  }

  /** Sends events with these numbers as ID and data. */
  sendEvents(...numbers) {
    this.#response.write(numbers.map((number) => `id: ${number}\ndata: ${number}\n\n`).join(""));
  }

  /** Breaks the connection. */
  cut() {
    this.#response.destroy();
  }
}

/** Serves `/held?key=`. `of(key)` returns the streams of a key, in the order of their requests. */
export async function startHeldStreams() {
  /** @type {Map<string, HeldStream[]>} */
  const streams = new Map();
  const of = (key) => streams.get(key) ?? [];
  const app = Fastify({ forceCloseConnections: true });
  app.get("/held", (request, reply) => {
    reply.hijack();
    const { key } = request.query;
    streams.set(key, [...of(key), new HeldStream(request, reply.raw)]);
  });
  return { ...(await startSite(app)), of };
}
