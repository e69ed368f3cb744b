/** Faults of HTTP around the stream, and rare uses of HTTP. */
import { createBrotliCompress, createGzip } from "node:zlib";
import { chunk, POISON, pause } from "../exchange.mjs";

const CHUNKED = { "Transfer-Encoding": "chunked", Connection: "keep-alive" };

/** Sends each event compressed, with a flush of the encoder. The connection stays open. */
async function encoded(exchange, { encoder, encoding, isEmptyToo = false }) {
  const response = exchange.begin({ "Content-Encoding": encoding });
  encoder.on("data", (bytes) => response.write(bytes));
  const flush = () => new Promise((resolve) => encoder.flush(() => resolve(undefined)));
  for (let text = exchange.next(1); text && !exchange.isGone; text = exchange.next(1)) {
    encoder.write(text);
    await flush();
    await pause(10);
    if (isEmptyToo) await flush();
  }
}

/** @type {import("../server.mjs").Fault[]} */
export const http = [
  {
    name: "Content-Length too small: the rest is cut off",
    async serve(exchange) {
      const body = exchange.next(2);
      const headers = { "Content-Length": Buffer.byteLength(body) };
      await exchange.send(exchange.head({ headers }) + body + POISON);
      await exchange.fin();
    },
  },
  {
    name: "Content-Length that ends within an event",
    async serve(exchange) {
      const body = exchange.next(2);
      const headers = { "Content-Length": Buffer.byteLength(body) + 20 };
      await exchange.send(exchange.head({ headers }) + body + POISON);
      await exchange.fin();
    },
  },
  {
    name: "Content-Length too large: closed before the end of the body",
    async serve(exchange) {
      await exchange.send(exchange.head({ headers: { "Content-Length": 1_000_000 } }) + exchange.next(2));
      await exchange.fin();
    },
  },
  {
    name: "Content-Length: 0",
    async serve(exchange) {
      await exchange.send(exchange.head({ headers: { "Content-Length": 0 } }));
      await exchange.fin();
    },
  },
  {
    name: "a chunk size that is no number",
    async serve(exchange) {
      await exchange.send(`${exchange.head({ headers: CHUNKED })}${chunk(exchange.next(2))}zz\r\n${POISON}\r\n`);
      await exchange.fin();
    },
  },
  {
    name: "chunks with extensions, and trailers",
    async serve(exchange) {
      const body = chunk(exchange.next(2)).replace("\r\n", ";name=value\r\n");
      await exchange.send(`${exchange.head({ headers: CHUNKED })}${body}0\r\nX-Trailer: yes\r\n\r\n`);
      await exchange.fin();
    },
  },
  {
    name: "a response that is not HTTP",
    async serve(exchange) {
      await exchange.send(POISON.repeat(100));
      await exchange.fin();
    },
  },
  {
    name: "HTTP/1.0",
    async serve(exchange) {
      await exchange.send(exchange.head({ version: "1.0" }) + exchange.next(2));
      await exchange.fin();
    },
  },
  {
    name: "103 Early Hints before the response",
    times: 1,
    least: 1,
    async serve(exchange) {
      await exchange.send(`HTTP/1.1 103 Early Hints\r\nX-Hint: yes\r\n\r\n${exchange.head()}${exchange.next()}`);
    },
  },
  {
    name: "gzip, an event at a time",
    times: 1,
    least: 1,
    serve: (exchange) => encoded(exchange, { encoder: createGzip(), encoding: "gzip" }),
  },
  {
    name: "gzip, with empty flushes",
    times: 1,
    least: 1,
    serve: (exchange) => encoded(exchange, { encoder: createGzip(), encoding: "gzip", isEmptyToo: true }),
  },
  {
    name: "br if the browser accepts it, an event at a time",
    times: 1,
    least: 1,
    serve(exchange) {
      const takesBrotli = /\bbr\b/.test(exchange.request.headers["accept-encoding"]);
      return encoded(
        exchange,
        takesBrotli ? { encoder: createBrotliCompress(), encoding: "br" } : { encoder: createGzip(), encoding: "gzip" },
      );
    },
  },
  {
    name: "gzip, reset before its end",
    async serve(exchange) {
      const { total } = exchange.fault;
      const encoder = createGzip();
      const response = exchange.begin({ "Content-Encoding": "gzip" });
      encoder.on("data", (bytes) => response.write(bytes));
      encoder.write(exchange.sent < total ? exchange.next(2) : "");
      await new Promise((resolve) => encoder.flush(() => resolve(undefined)));
      await exchange.reset();
    },
  },
  {
    name: "gzip that does not decode",
    differs: { webkit: "libsoup passes on bytes that it cannot decode" },
    async serve(exchange) {
      await exchange.send(exchange.head({ headers: { "Content-Encoding": "gzip" } }) + POISON);
      await exchange.fin();
    },
  },
  {
    name: "keep-alive: one connection for streams that end",
    times: 5,
    serve: (exchange) => void exchange.begin().end(exchange.next(2)),
    check: ({ requests, connections }) =>
      connections >= requests.length ? `${connections} connections for ${requests.length} requests` : undefined,
  },
  {
    name: "keep-alive, and the next request is reset",
    times: 6,
    serve(exchange) {
      if (exchange.index % 2 === 0) exchange.begin().end(exchange.next(2));
      else exchange.socket.resetAndDestroy();
    },
  },
  {
    name: "keep-alive, and the server closes the idle connection",
    async serve(exchange) {
      exchange.begin().end(exchange.next(2), () => exchange.socket.end());
    },
  },
  {
    name: "the server restarts, and accepts no connection for 300 ms",
    times: 2,
    codes: ["network"],
    async serve(exchange) {
      const { server } = exchange;
      exchange.begin().write(exchange.next(2));
      await pause(30);
      server.stop();
      await pause(300);
      await server.start(server.port);
    },
  },
];
