/**
 * The event server of the tests. Every request has a `?key=`. `/seen?key=` has the record of a key, so that a test can check
 * the requests, and whether connections were closed.
 */
import Fastify from "fastify";
import { Record } from "./record.mjs";

/** The time, in ms, after which the server ends a stream that the client has not closed. */
const LONGEST_STREAM = 60_000;

/** Makes the event server. Servers may share a record. */
export function createEventServer(record = new Record()) {
  const app = Fastify({ forceCloseConnections: true });

  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => done(null, body));

  // Pages of tests have other origins.
  app.addHook("onRequest", async (request, reply) => {
    if (request.method === "OPTIONS" && request.query.preflight === "refused") return reply.code(403).send();
    reply.headers({
      "access-control-allow-origin": request.headers.origin ?? "*",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
      "access-control-allow-methods": "*",
      "access-control-expose-headers": "*",
      "cache-control": "no-store",
    });
    if (request.method === "OPTIONS") await reply.code(204).send();
    return undefined;
  });

  app.get("/seen", async (request) => record.of(request.query.key));

  /** Breaks the open streams of these keys. */
  app.post("/end", async (request) => {
    for (const key of request.query.keys.split(",")) record.end(key);
    return {};
  });

  /** Sends an event `request` with the request as the server got it. The stream stays open. */
  app.route({
    method: ["GET", "POST", "PUT"],
    url: "/echo",
    handler: (request, reply) => {
      const stream = open(request, reply, record);
      const { method, headers, body = null, query } = request;
      stream.write(`event: request\ndata: ${JSON.stringify({ method, headers, body, query })}\n\n`);
    },
  });

  /**
   * Sends numbered events, which resume after `Last-Event-ID`. After `end` events the stream ends. After `cut` events the
   * socket is destroyed within the next event. After number `total` an event `done` follows, and the stream stays open.
   */
  app.route({
    method: ["GET", "POST"],
    url: "/numbers",
    handler: (request, reply) => {
      const query = request.query;
      const stream = open(request, reply, record);
      if (query.retry !== undefined) stream.write(`retry: ${query.retry}\n\n`);
      const from = Number(request.headers["last-event-id"] ?? 0);
      const count = Number(query.cut ?? query.end ?? Number.POSITIVE_INFINITY);
      const total = Number(query.total ?? 10);
      for (let n = from + 1; n <= Math.min(from + count, total); n++) stream.write(`id: ${n}\ndata: ${n}\n\n`);
      if (from + count >= total) stream.write("event: done\ndata:\n\n");
      else if (query.cut === undefined) stream.end();
      else stream.write(`id: ${from + count + 1}\ndata: ha`, () => setTimeout(() => stream.destroy(), 20));
    },
  });

  /** Sends events of many kinds, in chunks of `size` bytes. */
  app.get("/mixed", (request, reply) => {
    const stream = open(request, reply, record);
    const text =
      '\ufeff: a comment\n\nevent: welcome\nid: é☃\ndata: {"name":"日本 🦀"}\n\n' +
      "data: two\ndata: lines\n\nevent: __proto__\r\ndata\r\n\r\ndata: last\n\n";
    const bytes = Buffer.from(text);
    const size = Number(request.query.size ?? bytes.length);
    let from = 0;
    const writeNext = () => {
      if (from >= bytes.length || stream.destroyed) return;
      stream.write(bytes.subarray(from, from + size), () => setTimeout(writeNext, 1));
      from += size;
    };
    writeNext();
  });

  /** Sends a stream with this `body`, and ends it if `end` is set. */
  app.get("/body", (request, reply) => {
    const stream = open(request, reply, record);
    stream.write(request.query.body ?? "");
    if (request.query.end !== undefined) stream.end();
  });

  /**
   * Sends the bytes of `body` (base64url) in pieces that end at the offsets of `cuts`, and ends the stream. A second request
   * gets an event `again` with the last event ID of the request, as JSON.
   */
  app.get("/bytes", (request, reply) => {
    const { body = "", cuts = "", key } = request.query;
    const stream = open(request, reply, record);
    const { requests } = record.of(key);
    if (requests.length > 1) {
      stream.end(`event: again\ndata: ${JSON.stringify(requests.at(-1).lastEventId)}\n\n`);
      return;
    }
    const bytes = Buffer.from(body, "base64url");
    const ends = [...cuts.split(",").filter(Boolean).map(Number), bytes.length];
    let from = 0;
    const writeNext = () => {
      const end = ends.shift();
      if (end === undefined || stream.destroyed) return stream.end();
      stream.write(bytes.subarray(from, end), () => (ends.length > 0 ? setTimeout(writeNext, 1) : stream.end()));
      from = end;
    };
    writeNext();
  });

  /** Answers with `status`, `type` and `body`. After `times` such answers, it sends a stream with one event. */
  app.route({
    method: ["GET", "POST"],
    url: "/answer",
    handler: async (request, reply) => {
      const { status = "200", type, body = "", times = "Infinity", after } = request.query;
      if (record.of(request.query.key).requests.length >= Number(times)) {
        open(request, reply, record).write("data: at last\n\n");
        return reply;
      }
      record.request(request);
      if (type !== undefined) reply.header("content-type", type);
      if (after !== undefined) reply.header("retry-after", after);
      reply.header("x-answer", "yes");
      return reply.code(Number(status)).send(body);
    },
  });

  /**
   * Answers the requests of a key with `responses` (JSON) in turn, and later requests with the last. A response is
   * `{ status, headers, body, ends }`. `body` is text, and `base64` has bytes instead. The response is an event stream unless
   * `headers` change it. A header that is null is not sent, and `{url}` in a header is the URL of the request. `ends` ends the
   * body, `cuts` breaks the connection within the body, and `repeats` sends the body again each 10 ms, or in this interval.
   * With `hangs` there is no response.
   */
  app.route({
    method: ["GET", "POST", "PUT"],
    url: "/responses",
    handler: (request, reply) => {
      const { key, responses } = request.query;
      const list = JSON.parse(responses);
      const nth = record.of(key).requests.length;
      const { status = 200, headers = {}, body = "", base64, ends, cuts, repeats, hangs } = list[nth] ?? list.at(-1);
      record.request(request);
      reply.hijack();
      const stream = reply.raw;
      watch(request, stream, record);
      if (hangs) return;
      const all = Object.entries({ ...reply.getHeaders(), "content-type": "text/event-stream", ...headers });
      const sent = all.filter(([, value]) => value !== null);
      const filled = sent.map(([name, value]) => [name, String(value).replace("{url}", request.url)]);
      stream.writeHead(status, Object.fromEntries(filled));
      stream.flushHeaders();
      const bytes = base64 === undefined ? body : Buffer.from(base64, "base64");
      stream.write(bytes, () => cuts && setTimeout(() => stream.destroy(), 20));
      if (ends) stream.end();
      if (!repeats) return;
      const timer = setInterval(() => stream.write(bytes), repeats === true ? 10 : repeats);
      stream.on("close", () => clearInterval(timer));
    },
  });

  /** Sends an endless body that is no event stream. */
  app.get("/endless", (request, reply) => {
    const stream = open(request, reply, record, "text/plain");
    const timer = setInterval(() => stream.write("x".repeat(100)), 10);
    stream.on("close", () => clearInterval(timer));
  });

  /** Requires a renewed token: answers 401 until `Authorization` is `Bearer fresh`. */
  app.get("/guarded", async (request, reply) => {
    if (request.headers.authorization === "Bearer fresh") {
      open(request, reply, record).write("data: let in\n\n");
      return reply;
    }
    record.request(request);
    return reply.code(401).send("who are you?");
  });

  /** Redirects to `/mixed`. */
  app.get("/redirect", async (request, reply) => reply.redirect(`/mixed?key=${request.query.key}`));

  /** Never responds. */
  app.get("/hang", (request, reply) => {
    record.request(request);
    reply.hijack();
    watch(request, reply.raw, record);
  });

  return app;
}

/** Opens an event stream on the raw response, so that a test controls each byte. */
function open(request, reply, record, type = "text/event-stream") {
  record.request(request);
  reply.hijack();
  const stream = reply.raw;
  stream.writeHead(200, { ...reply.getHeaders(), "content-type": type });
  stream.flushHeaders();
  watch(request, stream, record);
  return stream;
}

function watch(request, stream, record) {
  record.opened(request.query.key, stream);
  const timer = setTimeout(() => stream.destroy(), LONGEST_STREAM);
  stream.on("close", () => {
    clearTimeout(timer);
    record.closed(request.query.key, stream);
  });
  stream.on("error", () => {});
}
