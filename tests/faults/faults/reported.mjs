/** Servers and proxies from public reports, with the options that handle them. */
import { chunk, pause } from "../exchange.mjs";

/** A policy with this many attempts. */
const attempts = (maxAttempts) => ({ retry: { initialDelay: 20, factor: 1, maxAttempts } });

/** @type {import("../server.mjs").Fault[]} */
export const reported = [
  {
    name: "comments keep a stream without events alive",
    times: 2,
    client: { eventTimeout: 600 },
    codes: ["event-timeout"],
    async serve(exchange) {
      await exchange.send(exchange.head() + exchange.next(2));
      while (!exchange.isOver) {
        await exchange.send(": still here\n\n");
        await pause(100);
      }
    },
  },
  {
    name: "an event that means failure, after other events, and a clean end",
    times: 3,
    client: { failOn: ["overloaded", "error"], ...attempts(4) },
    codes: ["event"],
    async serve(exchange) {
      await exchange.send(`${exchange.head()}${exchange.next(2)}id: 999\nevent: error\ndata: overloaded\n\n`);
      await exchange.fin();
    },
  },
  {
    name: "an event that means failure, cut off after its data",
    times: 2,
    client: { failOn: "error" },
    codes: ["event"],
    async serve(exchange) {
      await exchange.send(`${exchange.head()}${exchange.next(2)}id: 999\nevent: error\ndata: overloaded`);
      await exchange.fin();
    },
  },
  {
    // With one attempt, each end would close the source if it counted as a failure.
    name: "a polling server: one event, retry, a clean end",
    times: 11,
    client: attempts(1),
    codes: ["ended"],
    async serve(exchange) {
      await exchange.send(`${exchange.head()}retry: 20\n${exchange.next(1)}`);
      await exchange.fin();
    },
  },
  {
    // Not by a reset, and not at once: when a connection fails, Chromium drops bytes that have arrived and are not yet read.
    name: "cut within a chunk, after one new event each time",
    times: 11,
    client: attempts(5),
    async serve(exchange) {
      const headers = { "Transfer-Encoding": "chunked", Connection: "keep-alive" };
      await exchange.send(`${exchange.head({ headers })}${chunk(exchange.next(1))}40\r\nid: 9`);
      await pause(300);
      await exchange.fin();
    },
  },
  {
    name: "refused and silent in turn between events",
    times: 6,
    client: { ...attempts(4), idleTimeout: 400 },
    async serve(exchange) {
      if (exchange.index % 3 === 0) return exchange.refuse(503);
      if (exchange.index % 3 === 1) return exchange.send(`${exchange.head()}: hello\n`);
      await exchange.send(exchange.head() + exchange.next(3));
      return exchange.fin();
    },
  },
  {
    name: "the last events are replayed after each reconnect",
    client: { dedupe: 20 },
    async serve(exchange) {
      const again = Array.from({ length: exchange.sent }, (_, index) => exchange.event(index + 1)).join("");
      await exchange.send(exchange.head() + again + exchange.next(3));
      await exchange.fin();
    },
  },
  {
    name: "the last event is replayed, as the server resumes at its ID instead of after it",
    client: { dedupe: 1 },
    async serve(exchange) {
      const again = exchange.sent > 0 ? exchange.event(exchange.sent) : "";
      await exchange.send(exchange.head() + again + exchange.next(3));
      await exchange.reset();
    },
  },
  {
    name: "a refusal whose body never ends",
    times: 2,
    client: { connectTimeout: 800, retry: "always" },
    codes: ["status"],
    serve: (exchange) => exchange.send(`${exchange.head({ status: "503 Busy" })}{"detail": "half of`),
  },
];
