/** Compares the browser's own `EventSource` with ours on random streams. Runs in a page. */
import { FetchEventSource } from "../../support/package.mjs";
import { parseVectors } from "../../support/vectors.mjs";
import { explain } from "./known.mjs";
import { hear, parse, typesIn } from "./outcomes.mjs";
import { binary, makeStream } from "./streams.mjs";

/**
 * @typedef {import("./streams.mjs").Stream} Stream
 * @typedef {{ seed: number, streams: number, browser: string, origins: string[], vectors: string[] }} Order
 *   `vectors`: files
 * @typedef {{ index: number, source: string, fault: string, minimal: string, ours: string, theirs: string }} Failure
 * @typedef {{ streams: number, events: number, fetched: number, reconnects: number,
 *   known: Record<string, number>, failures: Failure[] }} Report
 */

/** Connections that a browser opens to one host. */
const PER_HOST = 6;
/** One of this many streams is also read through `FetchEventSource`, and one of this many until the source reconnects. */
const FETCHED = 8;
const AGAIN = 12;
/** Texts that are appended to streams to reconnect soon. */
const SOON = ["", "\n\nretry: 20\n", "\nretry: 20\n", "\r\rretry: 0\n"];
/** The time limit of a reconnect, in ms. A source that takes longer waits for the standard's "few seconds". */
const PATIENCE = 2000;
/** The largest reconnection time, in ms, with which the source must reconnect within the limit, even on a busy machine. */
const SHORT = 600;
const LONG_PATIENCE = 15_000;
/** The number of failures after which a run ends. */
const ENOUGH = 3;
/** The number of streams between two reports of progress. */
const OFTEN = 50;
/** The time, in ms, for the search of a smaller stream that still fails. */
const SHRINKING = 15_000;

/**
 * @param {Order} order
 * @param {(streams: number) => void} tell is called from time to time with the number of finished streams
 * @returns {Promise<Report>}
 */
export async function run({ seed, streams, browser, origins, vectors }, tell) {
  const seeds = (await Promise.all(vectors.map(readVectors))).flat();
  /** @type {Report} */
  const report = { streams: 0, events: 0, fetched: 0, reconnects: 0, known: {}, failures: [] };
  let failing = 0;

  const examine = async (index) => {
    const stream = makeStream(seed, index, seeds);
    if (browser === "firefox") avoidNull(stream);
    const sources = [EventSource, ...(index % FETCHED === 0 ? [FetchEventSource] : [])];
    const again = index % AGAIN === 0;
    const examined = again ? withSuffix(stream, SOON[(index / AGAIN) % SOON.length]) : stream;
    const patience = again ? PATIENCE : 0;
    for (const Source of sources) {
      const trial = { Source, browser, origins, patience };
      const { fault, heard } = await compare(examined, trial);
      report.events += heard.events.length;
      report.fetched += Source === FetchEventSource ? 1 : 0;
      report.reconnects += heard.reconnect ? 1 : 0;
      if (fault === undefined) continue;
      const known = Source === EventSource ? explainedBy(examined, heard, trial) : [];
      for (const { name } of known) report.known[name] = (report.known[name] ?? 0) + 1;
      if (known.length > 0) continue;
      failing += 1;
      if (failing > ENOUGH) continue;
      const alive = () => tell(report.streams);
      report.failures.push(await describe(examined, { index, fault, trial, alive }));
    }
    report.streams += 1;
    if (report.streams % OFTEN === 0) tell(report.streams);
  };

  // Sources that wait for a reconnect hold no connection meanwhile.
  const numbers = Array.from({ length: streams }, (_, index) => index);
  const [waiting, others] = [true, false].map((again) => numbers.filter((index) => (index % AGAIN === 0) === again));
  const work = async (queue) => {
    while (queue.length > 0 && failing < ENOUGH) await examine(queue.shift());
  };
  const workers = (queue, count) => Array.from({ length: count }, () => work(queue));
  await Promise.all([...workers(waiting, 64), ...workers(others, PER_HOST * origins.length)]);
  return report;
}

async function readVectors(file) {
  const vectors = parseVectors(file, await (await fetch(`/tests/vectors/${file}`)).text());
  return vectors.filter(({ bytes }) => bytes.length < 2000).map(({ bytes }) => binary(bytes));
}

/** Removes NUL from a stream. Firefox handles NUL wrongly in names, values and IDs, each in another way. */
function avoidNull({ bytes }) {
  for (let at = bytes.indexOf(0); at !== -1; at = bytes.indexOf(0)) bytes[at] = 0x30;
}

function withSuffix({ bytes, cuts }, suffix) {
  const added = new TextEncoder().encode(suffix);
  const longer = new Uint8Array(bytes.length + added.length);
  longer.set(bytes);
  longer.set(added, bytes.length);
  return { bytes: longer, cuts };
}

/** @param {Stream} stream */
async function compare(stream, trial) {
  const { Source, origins, patience } = trial;
  const parsed = parse(stream);
  const types = new Set([...typesIn(stream.bytes), ...parsed.events.map(({ type }) => type)]);
  const isSoon = patience > 0 && (parsed.retry ?? Number.POSITIVE_INFINITY) <= SHORT;
  const heard = await hear(Source, stream, { origins, types, patience: isSoon ? LONG_PATIENCE : patience });
  return { parsed, heard, fault: difference(parsed, heard, trial) };
}

/** The first difference between the source and the parser, or `undefined`. */
function difference(parsed, { events, reconnect }, { Source, browser, patience }) {
  if (parsed.thrown !== undefined) return `our parser throws ${parsed.thrown}`;
  for (const [index, event] of parsed.events.entries()) {
    for (const field of /** @type {const} */ (["type", "data", "lastEventId"])) {
      if (events[index]?.[field] !== event[field]) return `event ${index}: ${field}`;
    }
  }
  if (events.length !== parsed.events.length) return "number of events";
  // The standard does not define how a source reconnects with an ID that no header can carry.
  if (patience === 0 || !isHeaderValue(parsed.lastEventId)) return undefined;
  const { retry = Number.POSITIVE_INFINITY, lastEventId } = parsed;
  if (retry <= SHORT && reconnect === undefined) return "does not reconnect in time";
  if (retry > PATIENCE && reconnect !== undefined) return "reconnects too early";
  if (reconnect !== undefined && reconnect.after < retry - 1) return "reconnects too early";
  // HTTP removes white space from both ends of a header.
  const sent = header(lastEventId, { Source, browser }).replace(/^[ \t]+|[ \t]+$/g, "") || null;
  if (reconnect !== undefined && (reconnect.lastEventId || null) !== sent) return "Last-Event-ID";
  return undefined;
}

/** The expected header. WebKitGTK's `fetch` encodes the UTF-8 bytes of a header again. */
function header(id, { Source, browser }) {
  const isTwice = browser === "webkit" && Source === FetchEventSource;
  return isTwice ? binary(new TextEncoder().encode(id)) : id;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the function tests for control characters.
const isHeaderValue = (text) => !/[\x00-\x08\x0a-\x1f\x7f]/.test(text);

function explainedBy({ bytes, cuts }, heard, trial) {
  return explain(trial.browser, bytes, (rewritten) => {
    const parsed = parse({ bytes: rewritten, cuts: cuts.filter((at) => at < rewritten.length) });
    return difference(parsed, heard, trial) === undefined;
  });
}

/** Searches the shortest stream that still differs, and describes the failure. */
async function describe(stream, { index, fault: first, trial, alive }) {
  const fails = async (candidate) => {
    alive();
    const { fault, heard, parsed } = await compare(candidate, trial);
    const known = trial.Source === EventSource ? explainedBy(candidate, heard, trial) : [];
    return fault !== undefined && known.length === 0 ? { fault, heard, parsed } : undefined;
  };
  const whole = { bytes: stream.bytes, cuts: [] };
  let best = (await fails(whole)) ? whole : stream;
  let found = await fails(best);
  const deadline = performance.now() + SHRINKING;
  for (let size = best.bytes.length >> 1; found && size > 0; size >>= 1) {
    for (let at = 0; at + size <= best.bytes.length && performance.now() < deadline; ) {
      const shorter = without(best, at, size);
      const still = await fails(shorter);
      if (still) [best, found] = [shorter, still];
      else at += size;
    }
  }
  const { fault = `${first}, once only`, heard = null, parsed = null } = found ?? {};
  return {
    index,
    source: trial.Source.name,
    fault,
    minimal: `${JSON.stringify(binary(best.bytes))}${best.cuts.length > 0 ? ` cut at ${best.cuts}` : ""}`,
    ours: JSON.stringify(parsed),
    theirs: JSON.stringify(heard),
  };
}

function without({ bytes, cuts }, at, size) {
  const shorter = new Uint8Array(bytes.length - size);
  shorter.set(bytes.subarray(0, at));
  shorter.set(bytes.subarray(at + size), at);
  const moved = cuts.map((cut) => (cut <= at ? cut : Math.max(at, cut - size)));
  return { bytes: shorter, cuts: [...new Set(moved)].filter((cut) => cut > 0 && cut < shorter.length) };
}
