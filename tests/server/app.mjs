/**
 * The event server of the tests. Every request names itself with `?key=`; what the server saw under a key is at
 * `/seen?key=`, so that a test can assert what went over the wire and that connections were closed.
 */
import Fastify from "fastify";
import { Record } from "./record.mjs";

/** Streams that are never closed by their client end after this time (ms). */
const LONGEST_STREAM = 60_000;

/** Servers may share a record. */
export function createEventServer(record = new Record()) {
  const app = Fastify({ forceCloseConnections: true });

  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => done(null, body));

  // Tests run on pages of other origins.
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

  /** Breaks off the streams of these keys that are open still. */
  app.post("/end", async (request) => {
    for (const key of request.query.keys.split(",")) record.end(key);
    return {};
  });

  /** An event `request` that says what the server received; the stream then stays open. */
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
   * Events numbered from where `Last-Event-ID` ends. After `end` of them the stream ends, after `cut` the socket is
   * destroyed in the middle of the next; at `total` comes an event `done` and the stream stays open.
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

  /** Events of many kinds, cut at `size` bytes. */
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

  /** A stream of `body`, ended if `end` is set. */
  app.get("/body", (request, reply) => {
    const stream = open(request, reply, record);
    stream.write(request.query.body ?? "");
    if (request.query.end !== undefined) stream.end();
  });

  /**
   * The bytes of `body` (base64url), in pieces that end at the offsets of `cuts`; then the end. Whoever asks again gets an
   * event `again` with the last event ID that was sent along, in JSON.
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

  /** A response of `status`, `type` and `body`; `times` of these, then a stream with one event. */
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
   * The requests under a key get one of `responses` (JSON) after the other, and from then on the last:
   * `{ status, headers, body, ends }`. `body` is text, or `base64` its bytes. An event stream, unless `headers` say otherwise;
   * one that is null is not sent, and `{url}` in one is the URL of the request. The body ends if `ends` is set, `cuts` breaks
   * the connection in its midst, and `repeats` sends it again each 10 ms, or each so many. If `hangs` is set there is no response.
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

  /** A body without end that is no event stream. */
  app.get("/endless", (request, reply) => {
    const stream = open(request, reply, record, "text/plain");
    const timer = setInterval(() => stream.write("x".repeat(100)), 10);
    stream.on("close", () => clearInterval(timer));
  });

  /** Wants a token that has been renewed: 401 until `Authorization` is `Bearer fresh`. */
  app.get("/guarded", async (request, reply) => {
    if (request.headers.authorization === "Bearer fresh") {
      open(request, reply, record).write("data: let in\n\n");
      return reply;
    }
    record.request(request);
    return reply.code(401).send("who are you?");
  });

  /** A redirect to `/mixed`. */
  app.get("/redirect", async (request, reply) => reply.redirect(`/mixed?key=${request.query.key}`));

  /** No response at all. */
  app.get("/hang", (request, reply) => {
    record.request(request);
    reply.hijack();
    watch(request, reply.raw, record);
  });

  return app;
}

/** Opens an event stream on the bare response, so that a test controls each byte. */
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
