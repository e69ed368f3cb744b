/** Runs in the page: equal rounds of streams that are read to the end, and of connections that end in each way. */

// This import comes first, because it records memories as the engines start.
import { makeCorpus } from "../../benches/lib/corpora.mjs";
import { abandon, WAYS } from "./connections.mjs";
import { memorySizes } from "./memories.mjs";
import { READERS } from "./readers.mjs";

/** The corpora for most events of a round. The other events are large, so a few are enough. */
const CORPORA = ["openai", "anthropic", "ticks", "cjk", "logs"];
const LARGE = { corpus: "payload", count: 32 };

/** The number of connections at once. A browser opens six connections to a host. */
const AT_ONCE = 5;

/** The time limit, in ms, of one stream or one connection. */
const PATIENCE = 60_000;

/** The number of faults that are described. More faults are only counted. */
const TOLD = 5;

const tally = { events: 0, expected: 0, streams: 0, connections: 0, faults: 0, told: /** @type {string[]} */ ([]) };

/** @type {Map<string, { type: string, data: string }[]>} */
const corpora = new Map();

/**
 * Runs a round.
 *
 * @param {{ events: number, connections: number }} size the approximate size of the round
 * @param {(done: string) => void} report
 */
export async function run({ events, connections }, report) {
  const readers = Object.keys(READERS);
  const count = Math.ceil(events / CORPORA.length / readers.length);
  for (const reader of readers) {
    for (const corpus of CORPORA) {
      await attempt(`${reader}, ${corpus}`, () => read(reader, { corpus, count }));
      report(`${reader}, ${corpus}`);
    }
    await attempt(`${reader}, ${LARGE.corpus}`, () => read(reader, LARGE));
  }

  const due = [];
  const ways = Object.entries(WAYS);
  for (let left = connections, next = 0; left > 0; next += 1) {
    const [name, way] = ways[next % ways.length];
    due.push({ name, ...way });
    left -= way.connections;
  }
  const work = async () => {
    for (let way = due.shift(); way !== undefined; way = due.shift()) {
      await attempt(way.name, way.run);
      tally.connections += way.connections;
      report(way.name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  abandon();
  // Clears the browser's records of requests, which would grow.
  performance.clearResourceTimings();
}

/** The results so far. */
export const state = () => ({ ...tally, memory: memorySizes() });

async function read(reader, { corpus, count }) {
  if (!corpora.has(corpus)) corpora.set(corpus, makeCorpus(corpus).events);
  const events = corpora.get(corpus) ?? [];
  const types = [...new Set(events.map(({ type }) => type))];
  let next = 0;
  const take = (type, data, id) => {
    const number = Number(id);
    const event = events[number % events.length];
    tally.events += 1;
    if (number !== next) fault(`${reader}, ${corpus}: event ${id} in place of ${next}`);
    else if (event.type !== type || event.data !== data) fault(`${reader}, ${corpus}: event ${id} is another`);
    next = number + 1;
    return next === count;
  };
  tally.streams += 1;
  tally.expected += count;
  await READERS[reader](`/corpus?corpus=${corpus}&count=${count}`, types, take);
  if (next !== count) fault(`${reader}, ${corpus}: ended at ${next} of ${count}`);
}

async function attempt(name, run) {
  let timer;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("took too long")), PATIENCE);
  });
  try {
    await Promise.race([run(), tooLate]);
  } catch (error) {
    fault(`${name}: ${error}`);
  } finally {
    clearTimeout(timer);
  }
}

function fault(what) {
  tally.faults += 1;
  if (tally.faults <= TOLD) tally.told.push(what);
}
