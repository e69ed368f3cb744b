/** The connection is cut, by a FIN and by a reset, at each place where a client might take a part for the whole. */
import { chunk } from "../exchange.mjs";

const CHUNKED = { "Transfer-Encoding": "chunked", Connection: "keep-alive" };

/** The bytes before the cut. @type {Record<string, (exchange: import("../exchange.mjs").Exchange) => string | Uint8Array>} */
const PLACES = {
  "before the status line": () => "",
  "in the status line": () => "HTTP/1.1 20",
  "in the head": (exchange) => exchange.head().slice(0, 30),
  "right after the head": (exchange) => exchange.head(),
  "in the byte order mark": (exchange) => Buffer.concat([Buffer.from(exchange.head()), Buffer.from([0xef, 0xbb])]),
  "between two events": (exchange) => exchange.head() + exchange.next(2),
  "in the name of a field": (exchange) => `${exchange.head()}${exchange.next(2)}id: 999\nda`,
  "in mid-line": (exchange) => `${exchange.head()}${exchange.next(2)}id: 999\ndata: 999 ha`,
  "in mid-event": (exchange) => `${exchange.head()}${exchange.next(2)}id: 999\ndata: 999\ndata: 999\n`,
  "in mid-ID": (exchange) => `${exchange.head()}${exchange.next(2)}data: 999\nid: 99`,
  "after the ID, before the blank line": (exchange) => `${exchange.head()}${exchange.next(2)}data: 999\nid: 999\n`,
  "in the value of retry": (exchange) => `${exchange.head()}${exchange.next(2)}retry: 600000`,
  "in a comment": (exchange) => `${exchange.head()}${exchange.next(2)}: a comm`,
  "within a CRLF, in an event": (exchange) => `${exchange.head()}${exchange.next(2)}id: 999\r\ndata: 999\r`,
  // The CR ends the line, and so the event, at once.
  "within a CRLF, at the end of an event": (exchange) =>
    exchange.head() + exchange.next(1) + exchange.next(1).trimEnd().replace("\n", "\r\n").concat("\r\n\r"),
  "within a character of UTF-8": (exchange) =>
    Buffer.from(`${exchange.head()}${exchange.next(2)}id: 999\ndata: 999 🦀`).subarray(0, -2),
  "in the size of a chunk": (exchange) => `${exchange.head({ headers: CHUNKED })}${chunk(exchange.next(2))}1`,
  "in mid-chunk": (exchange) =>
    `${exchange.head({ headers: CHUNKED })}${chunk(exchange.next(2))}40\r\nid: 999\ndata: 9`,
  "after a chunk": (exchange) => exchange.head({ headers: CHUNKED }) + chunk(exchange.next(2)),
  "in the last chunk": (exchange) => `${exchange.head({ headers: CHUNKED })}${chunk(exchange.next(2))}0\r\n`,
};

/** @type {import("../server.mjs").Fault[]} */
export const cuts = Object.entries(PLACES).flatMap(([place, bytes]) =>
  /** @type {const} */ (["fin", "reset"]).map((how) => ({
    name: `${how === "fin" ? "closed" : "reset"} ${place}`,
    async serve(exchange) {
      await exchange.send(bytes(exchange));
      await exchange[how]();
    },
  })),
);

cuts.push(
  {
    name: "reset right after two events, which may be lost",
    async serve(exchange) {
      await exchange.send(exchange.head() + exchange.next(2));
      exchange.socket.resetAndDestroy();
    },
  },
  {
    // Browsers treat the received part as the whole head, which is then a head without a content type.
    name: "closed in the head, after the headers of CORS",
    client: { retry: "always" },
    async serve(exchange) {
      await exchange.send(exchange.head().split("Content-Type")[0]);
      await exchange.fin();
    },
  },
  {
    name: "closed after each event",
    times: 11,
    async serve(exchange) {
      await exchange.send(exchange.head() + exchange.next(1));
      await exchange.fin();
    },
  },
  {
    name: "POST, reset in mid-line",
    client: { method: "POST", body: "the question" },
    async serve(exchange) {
      let body = "";
      for await (const part of exchange.request) body += part;
      exchange.demand(
        exchange.request.method === "POST" && body === "the question",
        "the request was not sent unchanged",
      );
      await exchange.send(PLACES["in mid-line"](exchange));
      await exchange.reset();
    },
  },
);
