/** Servers that are slow, silent, or too fast. */
import { chunk, pause } from "../exchange.mjs";

const CHUNKED = { "Transfer-Encoding": "chunked" };
const IDLE = { idleTimeout: 600 };
const CONNECT = { connectTimeout: 1000 };

/** Sends these bytes, and then nothing. The connection stays open. */
const silentBehind = (bytes) => (exchange) => exchange.send(bytes(exchange));

/** @type {import("../server.mjs").Fault[]} */
export const pace = [
  ...Object.entries({
    "before the head": () => "",
    "in the head": (exchange) => exchange.head().slice(0, 50),
  }).map(([place, bytes]) => ({
    name: `silent ${place}`,
    times: 2,
    client: CONNECT,
    codes: ["connect-timeout"],
    serve: silentBehind(bytes),
  })),
  ...Object.entries({
    "in mid-event": (exchange) => `${exchange.head()}${exchange.next(2)}id: 999\ndata: 999\n`,
    "in mid-character": (exchange) =>
      Buffer.from(`${exchange.head()}${exchange.next(2)}id: 999\ndata: 🦀`).subarray(0, -2),
    "in mid-chunk": (exchange) => `${exchange.head({ headers: CHUNKED })}${chunk(exchange.next(2))}40\r\nid: 999\n`,
  }).map(([place, bytes]) => ({
    name: `silent ${place}`,
    times: 2,
    client: IDLE,
    codes: ["idle-timeout"],
    serve: silentBehind(bytes),
  })),
  {
    // Firefox resolves `fetch` only with the first byte of the body. Until then connectTimeout applies.
    name: "silent after the head",
    times: 2,
    client: { ...IDLE, ...CONNECT },
    serve: silentBehind((exchange) => exchange.head()),
  },
  {
    name: "half open: the server neither reads nor writes any more",
    times: 2,
    client: IDLE,
    codes: ["idle-timeout"],
    async serve(exchange) {
      await exchange.send(exchange.head({ headers: CHUNKED }) + chunk(exchange.next(2)));
      exchange.socket.pause();
    },
  },
  {
    name: "a head that is slow, but in time",
    times: 1,
    least: 1,
    most: 1,
    client: { connectTimeout: 5000 },
    async serve(exchange) {
      for (const line of exchange.head().split(/(?<=\n)/)) {
        await exchange.send(line);
        await pause(60);
      }
      await exchange.send(exchange.next());
    },
  },
  {
    name: "comments as heartbeats keep a silent stream alive",
    times: 1,
    least: 1,
    most: 1,
    client: { idleTimeout: 1500 },
    async serve(exchange) {
      await exchange.send(exchange.head() + exchange.next(6));
      for (let beats = 0; beats < 9; beats++) {
        await pause(250);
        await exchange.send(":\n");
      }
      await exchange.send(exchange.next());
    },
  },
  {
    name: "one byte at a time",
    times: 1,
    least: 1,
    async serve(exchange) {
      await exchange.send(exchange.head());
      for (const byte of Buffer.from(exchange.next())) {
        await exchange.send(Uint8Array.of(byte));
        await pause(1);
      }
    },
  },
  {
    name: "one byte at a time, with the head, and closed in mid-event",
    async serve(exchange) {
      for (const byte of Buffer.from(`${exchange.head()}${exchange.next(2)}id: 999\ndata: 999\n`)) {
        await exchange.send(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      await exchange.fin();
    },
  },
  {
    name: "one byte in each chunk",
    times: 1,
    least: 1,
    async serve(exchange) {
      const bytes = [...Buffer.from(exchange.next())].map((byte) =>
        Buffer.concat([Buffer.from("1\r\n"), Buffer.of(byte), Buffer.from("\r\n")]),
      );
      await exchange.send(Buffer.concat([Buffer.from(exchange.head({ headers: CHUNKED })), ...bytes]));
    },
  },
  {
    name: "one event in each packet",
    times: 1,
    least: 1,
    total: 100,
    async serve(exchange) {
      await exchange.send(exchange.head());
      for (let text = exchange.next(1); text; text = exchange.next(1)) {
        await exchange.send(text);
        await pause(1);
      }
    },
  },
  {
    name: "packets that each begin within an event",
    times: 1,
    least: 1,
    total: 100,
    async serve(exchange) {
      const bytes = Buffer.from(exchange.head() + exchange.next());
      for (let at = 0; at < bytes.length; at += 17) {
        await exchange.send(bytes.subarray(at, at + 17));
        await pause(1);
      }
    },
  },
  {
    name: "only blank lines for a while, each in a packet of its own",
    times: 1,
    least: 1,
    async serve(exchange) {
      await exchange.send(exchange.head() + exchange.next(6));
      for (let count = 0; count < 100; count++) {
        await exchange.send("\n");
        await pause(1);
      }
      await exchange.send(exchange.next());
    },
  },
  {
    name: "a flood: 100,000 events at once",
    times: 0,
    least: 1,
    total: 100_000,
    serve() {},
  },
  {
    name: "floods: 100,000 events, closed in mid-event after each 30,000",
    times: 3,
    total: 100_000,
    async serve(exchange) {
      await exchange.send(`${exchange.head()}${exchange.next(30_000)}id: 999999\ndata: 9`);
      await exchange.fin();
    },
  },
  {
    name: "events of 1 MiB",
    times: 1,
    least: 1,
    total: 6,
    suffix: "0123456789abcdef",
    repeat: 65_536,
    serve: (exchange) => exchange.well(),
  },
  {
    name: "events of 1 MiB, reset in the middle of each",
    times: 5,
    total: 6,
    suffix: "日本é☃",
    repeat: 100_000,
    async serve(exchange) {
      const half = exchange.event(exchange.sent + 2);
      await exchange.send(exchange.head() + exchange.next(1) + half.slice(0, half.length / 2));
      await exchange.reset();
    },
  },
];
