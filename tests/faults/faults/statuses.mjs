/** Servers that answer once or several times without an event stream, before they work. */
import { createServer } from "node:net";
import { POISON } from "../exchange.mjs";

/** Answers with a refusal, then with two events and the end, then with two refusals. */
const refusing = (refuse) => async (exchange) => {
  if (exchange.index !== 1) return refuse(exchange);
  await exchange.send(exchange.head() + exchange.next(2));
  await exchange.fin();
};

/** The statuses that a retry policy retries. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];
const FINAL = [400, 401, 403, 404, 410, 418];
const REDIRECTS = [301, 302, 303, 307, 308];

/** @type {import("../server.mjs").Fault[]} */
export const statuses = [
  ...PASSING.map((status) => ({
    name: `${status}`,
    times: 4,
    codes: ["status", "ended"],
    serve: refusing((exchange) => exchange.refuse(status)),
  })),
  ...FINAL.map((status) => ({
    name: `${status}, which a retry function retries`,
    times: 4,
    client: { retry: "always" },
    codes: ["status", "ended"],
    serve: refusing((exchange) => exchange.refuse(status)),
  })),
  ...[401, 403].map((status) => ({
    name: `${status} until the credentials are new`,
    client: { headers: "renewed" },
    serve(exchange) {
      if (exchange.request.headers.authorization !== "new") exchange.refuse(status);
      else exchange.well();
    },
    least: 2,
    most: 2,
  })),
  {
    name: "204, and the user opens another source",
    client: { reopens: true },
    codes: ["no-content"],
    async serve(exchange) {
      if (exchange.index === 1) return exchange.refuse(204);
      await exchange.send(exchange.head() + exchange.next(2));
      await exchange.fin();
    },
  },
  ...REDIRECTS.map((status) => ({
    name: `${status} to the stream`,
    times: 6,
    serve: (exchange) =>
      exchange.request.url === "/"
        ? void exchange.begin({ Location: "/elsewhere" }, status).end()
        : exchange.send(exchange.head() + exchange.next(2)).then(() => exchange.fin()),
  })),
  {
    name: "302 to a port without a server",
    codes: ["network"],
    async serve(exchange) {
      exchange.begin({ Location: `http://127.0.0.1:${await freePort()}/` }, 302).end();
    },
  },
  {
    name: "302 to itself, without end",
    // By the fetch standard, the twenty-first redirect is an error.
    times: 21,
    codes: ["network"],
    serve: (exchange) => void exchange.begin({ Location: "/" }, 302).end(),
  },
  ...["text/html", "text/plain", "text/event-streamx", "application/json", undefined].map((type) => ({
    name: `200 with the content type ${type ?? "left out"}`,
    client: { retry: "always" },
    codes: ["content-type"],
    async serve(exchange) {
      await exchange.send(exchange.head({ headers: { "Content-Type": type } }) + POISON);
      await exchange.fin();
    },
  })),
  {
    name: "a content type with another charset, and a stream in UTF-8",
    async serve(exchange) {
      const headers = { "Content-Type": "Text/Event-Stream; charset=utf-16" };
      await exchange.send(exchange.head({ headers }) + exchange.next(2));
      await exchange.fin();
    },
  },
  {
    name: "503 with Retry-After in seconds",
    times: 1,
    serve: (exchange) => exchange.refuse(503, { "Retry-After": "1" }),
    check: ({ requests: [first, second] }) =>
      second.time - first.time < 990 ? "retried before Retry-After" : undefined,
  },
  {
    name: "429 with Retry-After as a date",
    times: 1,
    serve: (exchange) => exchange.refuse(429, { "Retry-After": new Date(Date.now() + 2000).toUTCString() }),
    // A date has a precision of one second.
    check: ({ requests: [first, second] }) =>
      second.time - first.time < 990 ? "retried before Retry-After" : undefined,
  },
  {
    name: "503 with a Retry-After in the past, and with an invalid Retry-After",
    times: 2,
    serve: (exchange) =>
      exchange.refuse(503, { "Retry-After": exchange.index === 0 ? "Sun, 06 Nov 1994 08:49:37 GMT" : "soon" }),
  },
  {
    name: "503 whose body does not end",
    times: 1,
    serve: (exchange) => void exchange.begin({}, 503).write("wait"),
  },
];

/** Finds a port on which no server listens. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
