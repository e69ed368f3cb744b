/** Unusual event streams: the rules of the standard must hold across reconnects, too. */

/** Sends `before`, two events and `after`, then ends the body. */
const around = (before, after = "") =>
  async function serve(exchange) {
    await exchange.send(`${exchange.head()}${before}${exchange.next(2)}${after}`);
    await exchange.fin();
  };

/** Complete streams whose events have an unusual form. @type {Record<string, Partial<import("../server.mjs").Fault>>} */
const FORMS = {
  "lines that end with CR LF": { lineEnd: "\r\n" },
  "lines that end with CR": { lineEnd: "\r" },
  "IDs that are not Latin-1": {
    idSuffix: "-日本é🦀",
    differs: { webkit: "WebKitGTK encodes the bytes of a header, which are UTF-8, once more" },
  },
  "IDs with spaces, colons and quotes": { idSuffix: ' a: "b", c' },
  "IDs with a tab": { idSuffix: "\tz" },
  "IDs of 4 KiB": { idSuffix: "-".repeat(4096) },
  "unknown fields between known fields": { extra: ["foo: bar", "ID: 999", "data2: 999", " id: 999", "nothing", ":"] },
  "IDs with NUL, which are ignored": { extra: ["id: 999\0"] },
  "an ID that the next line replaces": { extra: ["id: 999"] },
  "data of many lines": { suffix: "\n é\n\n: no comment\nid: 999", repeat: 3 },
};

/** @type {import("../server.mjs").Fault[]} */
export const content = [
  ...Object.entries(FORMS).map(([name, form]) => ({ name, ...form, serve: around("") })),
  { name: "a byte order mark on each connection", serve: around("\ufeff") },
  { name: "a byte order mark and a blank line on each connection", serve: around("\ufeff\n") },
  { name: "two byte order marks", serve: around("\ufeff\ufeffid: 999\n\n") },
  { name: "a comment of 1 MiB", serve: around(`:${"é".repeat(2 ** 19)}\n`) },
  { name: "events without data", serve: around("event: nothing\n\n", "event: nothing\n\n") },
  { name: "invalid UTF-8 in a comment", serve: invalid },
  {
    name: "retry: 0 leaves a delay between requests",
    times: 10,
    total: 24,
    serve: around("retry: 0\n\n"),
    check: hammered,
  },
  { name: "retry with leading zeros", serve: around("retry: 0000000000000000000000020\n\n") },
  {
    name: "a huge retry, which the next retry replaces",
    serve: around("retry: 99999999999999999999\n\n", "retry: 20\n\n"),
  },
  {
    name: "retry that is no number",
    serve: around("retry: 20\nretry: 600000ms\nretry: -1\nretry: 6e5\nretry: +600000\nretry:\n\n"),
  },
  {
    name: "no retry policy, and retry in the stream",
    client: { retry: "standard" },
    serve: around("retry: 20\n\n"),
  },
  {
    name: "an ID without data is the ID to resume from",
    times: 1,
    async serve(exchange) {
      // Events 3 and 4 have no ID of their own. A block after them has the ID.
      await exchange.send(exchange.head() + exchange.next(2) + exchange.next(2).replaceAll("id: ", "xid: "));
      await exchange.send("id: 4\n\n");
      await exchange.fin();
    },
    client: { ids: false },
  },
  {
    name: "the ID is reset",
    remembers: true,
    async serve(exchange) {
      const { id } = exchange.server.requests[exchange.index];
      exchange.demand(id === undefined, `Last-Event-ID: ${JSON.stringify(id)} after a reset`);
      await exchange.send(`${exchange.head()}${exchange.next(2)}id\n\n`);
      exchange.server.sent = exchange.sent;
      await exchange.fin();
    },
  },
  {
    name: "an ID that no header can carry is not sent",
    remembers: true,
    idSuffix: "\u0001",
    async serve(exchange) {
      const { id } = exchange.server.requests[exchange.index];
      exchange.demand(id === undefined, `Last-Event-ID: ${JSON.stringify(id)}`);
      await exchange.send(exchange.head() + exchange.next(2));
      exchange.server.sent = exchange.sent;
      await exchange.fin();
    },
  },
];

async function invalid(exchange) {
  await exchange.send(exchange.head() + exchange.next(1));
  await exchange.send(Buffer.from([0x3a, 0xff, 0xc3, 0x0a, 0xf0, 0x9f, 0x0a]));
  await exchange.send(exchange.next(1));
  await exchange.fin();
}

/** Whether requests came too fast: the least delay is 10 ms, and timers are exact to 1 ms. */
function hammered({ requests }) {
  const pauses = requests.slice(1).map(({ time }, index) => time - requests[index].time);
  const least = Math.min(...pauses);
  return least < 9 ? `retried after ${least.toFixed(1)} ms` : undefined;
}
