/** Runs in the page: one client reads one stream, which is checked or measured. Bundled with the clients. */
import { makeCorpus } from "../lib/corpora.mjs";
import { deviationOf } from "../lib/deviation.mjs";
import { CLIENTS, FLOORS } from "./clients.mjs";

/** ms that a client may take for a stream. */
const PATIENCE = 120_000;

const seen = { events: 0, units: 0 };
/** The events and units of the whole stream. */
const due = { events: 0, units: 0 };
/** The time of the last event. */
let end = 0;

/** The received events, during a check. @type {import("../lib/corpora.mjs").Event[] | undefined} */
let kept;

/** All clients call this one function, so that V8 optimizes the call equally for all of them. */
function take(type, data, id) {
  seen.events += 1;
  seen.units += type.length + data.length + id.length;
  if (kept !== undefined) kept.push({ type, data, id });
  if (seen.events < due.events) return false;
  end = performance.now();
  return true;
}

function takePiece(piece) {
  seen.events += 1;
  seen.units += piece.length;
  if (seen.units < due.units) return false;
  end = performance.now();
  return true;
}

/**
 * Lets a client read the corpus once, and compares the events.
 *
 * @param {{ corpus: string, client: string, url: string }} options
 * @returns {Promise<string | undefined>} the deviation from the standard, if there is one
 */
export async function check({ corpus, client, url }) {
  const { events } = makeCorpus(corpus);
  kept = [];
  try {
    await read(client, url, totals(corpus, events.length, client));
    return deviationOf(kept, events);
  } finally {
    kept = undefined;
  }
}

/**
 * Measures a client that reads a stream.
 *
 * @param {{ corpus: string, client: string, url: string, events: number, isExact: boolean }} options `isExact`: the lengths
 *   must equal the lengths of the corpus
 * @returns {Promise<{ time: number, gap: number, tasks: number[] }>} ms from the call to the last event, the longest ms between
 *   two frames, and the ms of each long task
 */
export async function measure({ corpus, client, url, events, isExact }) {
  const total = totals(corpus, events, client);
  const stop = await watchFrames();
  const begin = performance.now();
  await read(client, url, total);
  const watched = await stop();
  if (isExact && seen.units !== total.units)
    throw new Error(`${client}: ${seen.units} units instead of ${total.units}`);
  return { time: end - begin, ...watched };
}

async function read(client, url, total) {
  Object.assign(seen, { events: 0, units: 0 });
  Object.assign(due, total);
  let timer;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${client}: ${seen.events} events of ${due.events}`)), PATIENCE);
  });
  const floor = FLOORS[client];
  const done = floor === undefined ? CLIENTS[client](url, total.types, take) : floor(url, takePiece);
  await Promise.race([done, tooLate]);
  clearTimeout(timer);
}

/** @type {Map<string, { events: number, units: number, types: string[] }>} */
const known = new Map();

/** The totals of a stream that repeats the corpus up to `events`. Cached, since the computation takes a while. */
function totals(name, events, client) {
  const floor = client in FLOORS ? client : "none";
  const key = `${name} ${events} ${floor}`;
  const total = known.get(key) ?? { events, units: 0, types: /** @type {string[]} */ ([]) };
  if (known.has(key)) return total;
  known.set(key, total);
  const corpus = makeCorpus(name);
  total.types = [...new Set(corpus.events.map(({ type }) => type))];
  const bytes = (_, index) => corpus.chunks.event[index].length;
  const text = (_, index) => corpus.texts[index].length;
  const strings = ({ type, data, id }) => type.length + data.length + id.length;
  const each = corpus.events.map({ none: strings, bytes, byob: bytes, text }[floor]);
  for (let index = 0; index < events; index += 1) total.units += each[index % each.length];
  return total;
}

/** Observes frames and long tasks until the returned function is called. */
async function watchFrames() {
  /** @type {number[]} */
  const tasks = [];
  const note = (entries) => tasks.push(...entries.map(({ duration }) => duration));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  let gap = 0;
  let last = await nextFrame();
  observer.observe({ type: "longtask" });
  let isOver = false;
  const frames = (async () => {
    while (!isOver) {
      const now = await nextFrame();
      gap = Math.max(gap, now - last);
      last = now;
    }
  })();
  return async () => {
    isOver = true;
    await frames;
    // The browser records a task only after its end.
    await new Promise((resolve) => setTimeout(resolve));
    note(observer.takeRecords());
    observer.disconnect();
    return { gap, tasks };
  };
}

/** @returns {Promise<number>} the time of the next frame */
function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
}
