/**
 * The server for tests of shared connections, and their page. It numbers its events, also without listeners, and resumes
 * after the `Last-Event-ID` of a request.
 */
import Fastify from "fastify";
import { addSite } from "./site.mjs";

/** The time between two events, in ms. */
const INTERVAL = 20;

export async function startSharedServer() {
  const app = Fastify({ forceCloseConnections: true });
  addSite(app);
  /** The connections and requests of each key. @type {Map<string, { open: number, most: number, requests: object[] }>} */
  const records = new Map();
  const recordOf = (key) => {
    if (!records.has(key)) records.set(key, { open: 0, most: 0, requests: [] });
    return records.get(key);
  };
  /** @type {Map<import("node:http").ServerResponse, { key: string, send: (number: number) => void }>} */
  const streams = new Map();
  let last = 0;
  const timer = setInterval(() => {
    last += 1;
    for (const { send } of streams.values()) send(last);
  }, INTERVAL);

  app.get("/ticks", (request, reply) => {
    const { key, status } = /** @type {Record<string, string>} */ (request.query);
    const record = recordOf(key);
    const { authorization } = request.headers;
    record.requests.push({
      lastEventId: request.headers["last-event-id"] ?? null,
      authorization: authorization ?? null,
    });
    if (status && authorization !== "good") return reply.code(Number(status)).send("no");
    reply.hijack();
    const stream = reply.raw;
    stream.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const send = (number) => stream.write(`id: ${number}\ndata: ${number}\n\n`);
    stream.write(`retry: 100\n\n`);
    const from = Number(request.headers["last-event-id"] ?? last);
    for (let number = from + 1; number <= last; number++) send(number);
    record.open += 1;
    record.most = Math.max(record.most, record.open);
    streams.set(stream, { key, send });
    stream.on("close", () => {
      record.open -= 1;
      streams.delete(stream);
    });
    return reply;
  });

  app.get("/finish", async (request) => {
    const { key } = /** @type {Record<string, string>} */ (request.query);
    for (const [stream, one] of streams) if (one.key === key) stream.end("data: [DONE]\n\n");
    return "";
  });

  app.get("/hello", async () => "hello");

  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    url,
    recordOf,
    /** The number of the last event. */
    last: () => last,
    close: async () => {
      clearInterval(timer);
      for (const stream of streams.keys()) stream.destroy();
      await app.close();
    },
  };
}
