/**
 * Reads the language-neutral parser vectors for JavaScript runners, in Node and in browsers. The format and the replays
 * are described in `tests/vectors/README.md`.
 */

/** As the expected reconnection time, this number means "at least this". */
const AT_LEAST = Number.MAX_SAFE_INTEGER;
/** A stream of up to this many bytes is cut at every place. For longer streams that would take quadratic time. */
const CUT_EVERYWHERE = 4096;
/** A stream of up to this many bytes is cut at every pair of places. */
const CUT_IN_PAIRS = 64;

const encoder = new TextEncoder();

/**
 * @typedef {{ event: string, data: string, id: string }} ExpectedEvent
 * @typedef {{
 *   file: string, name: string, why: string,
 *   chunks: (string | Uint8Array)[], bytes: Uint8Array,
 *   events: ExpectedEvent[], lastEventId: string, retry: number | null, comments: string[] | undefined,
 * }} Vector `bytes` is the whole stream.
 * @typedef {{ events: ExpectedEvent[], lastEventId?: string, retry: number | null, comments: string[] }} Outcome
 */

/** @param {string} file its name @param {string} text @returns {Vector[]} */
export function parseVectors(file, text) {
  return JSON.parse(text).vectors.map((vector) => ({
    file,
    name: vector.name,
    why: vector.why,
    chunks: vector.chunks.map((chunk) => (typeof chunk === "string" ? chunk : bytesOf(chunk))),
    bytes: concat(vector.chunks.map(bytesOf)),
    events: vector.events.flatMap(eventsOf),
    lastEventId: textOf(vector.lastEventId),
    retry: vector.retry,
    comments: vector.comments?.map(textOf),
  }));
}

function bytesOf(chunk) {
  if (typeof chunk === "string") return encoder.encode(chunk);
  if ("hex" in chunk) return Uint8Array.from(chunk.hex.split(" "), (byte) => Number.parseInt(byte, 16));
  const once = bytesOf(chunk.repeat);
  const bytes = new Uint8Array(once.length * chunk.times);
  for (let at = 0; at < bytes.length; at += once.length) bytes.set(once, at);
  return bytes;
}

function textOf(text) {
  if (typeof text === "string") return text;
  return Array.isArray(text) ? text.map(textOf).join("") : textOf(text.repeat).repeat(text.times);
}

function eventsOf(event) {
  if ("repeat" in event) return Array.from({ length: event.times }, () => eventsOf(event.repeat)).flat();
  return { event: textOf(event.event), data: textOf(event.data), id: textOf(event.id) };
}

function concat(parts) {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * The ways to cut the stream of any vector into chunks, each with its name.
 * @param {Vector} vector
 * @returns {Generator<[string, Iterable<string | Uint8Array>]>}
 */
export function* cuttings({ chunks, bytes }) {
  yield ["in its own chunks", chunks];
  yield ["whole", [bytes]];
  yield ["byte by byte", inPieces(bytes, 1)];
  if (bytes.length <= CUT_EVERYWHERE) {
    yield ["byte by byte with empty chunks between", inPieces(bytes, 1, new Uint8Array(0))];
    if (chunks.every((chunk) => typeof chunk === "string")) {
      yield ["as one string", [chunks.join("")]];
      yield ["as a string for each character", chunks.join("")];
    }
  } else {
    for (const size of [1000, 1024, 65536]) yield [`in chunks of ${size}`, inPieces(bytes, size)];
  }
}

/**
 * All ways to cut a vector's stream in two, and a short stream in three, each with its name.
 * @param {Vector} vector
 * @returns {Generator<[string, Uint8Array[]]>}
 */
export function* cuts({ bytes }) {
  const last = bytes.length;
  const places =
    last <= CUT_EVERYWHERE
      ? Array.from({ length: last + 1 }, (_, cut) => cut)
      : [1, 2, 3, 7, last - 3, last - 2, last - 1];
  for (const cut of places) yield [`cut at ${cut}`, [bytes.subarray(0, cut), bytes.subarray(cut)]];
  if (last > CUT_IN_PAIRS) return;
  for (const first of places) {
    for (const second of places.slice(first)) {
      const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      yield [`cut at ${first} and ${second}`, chunks];
    }
  }
}

function* inPieces(bytes, size, between) {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    if (between) yield between;
  }
}

/**
 * The first difference between an outcome and a vector, or `undefined`. `assert` would print all of a mebibyte.
 * @param {Vector} expected
 * @param {Outcome} actual without `lastEventId` if the tested function does not report it
 */
export function difference(expected, actual) {
  for (const [index, event] of expected.events.entries()) {
    const got = actual.events[index];
    for (const field of /** @type {const} */ (["event", "data", "id"])) {
      if (event[field] !== got?.[field]) return describe(`event ${index}: ${field}`, event[field], got?.[field]);
    }
  }
  if (expected.events.length !== actual.events.length) {
    return describe("number of events", expected.events.length, actual.events.length);
  }
  if (actual.lastEventId !== undefined && expected.lastEventId !== actual.lastEventId) {
    return describe("lastEventId", expected.lastEventId, actual.lastEventId);
  }
  const retry = actual.retry === null ? null : Math.min(actual.retry, AT_LEAST);
  if (expected.retry !== retry) return describe("retry", expected.retry, retry);
  if (expected.comments !== undefined) {
    const index = expected.comments.findIndex((text, index) => text !== actual.comments[index]);
    if (index !== -1) return describe(`comment ${index}`, expected.comments[index], actual.comments[index]);
    if (expected.comments.length !== actual.comments.length) {
      return describe("number of comments", expected.comments.length, actual.comments.length);
    }
  }
  return undefined;
}

function describe(what, expected, actual) {
  const short = (value) => (JSON.stringify(value) ?? "nothing").slice(0, 300);
  return `${what}: expected ${short(expected)}, got ${short(actual)}`;
}
