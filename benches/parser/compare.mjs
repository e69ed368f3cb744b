/**
 * Checks and then measures all parsers on one corpus. Runs in Node and in a browser, bundled with the parsers. Each corpus
 * needs a fresh process or page: optimizations of V8 for another corpus would change the figures.
 */
import { CHUNKINGS, makeCorpus } from "../lib/corpora.mjs";
import { deviationOf } from "../lib/deviation.mjs";
import { median } from "../lib/median.mjs";
import { BASE, PARSERS as NAMES } from "./names.mjs";
import { PARSERS } from "./parsers.mjs";

/** The approximate ms of a sample: far above the resolution of the clock, short enough for many rounds. */
const SAMPLE = 10;
/** The most rounds in a row that a parser skips because a single pass takes longer than a sample. */
const MAX_PAUSE = 4;
/** ms that each parser runs before its first sample. */
const WARM_UP = 150;
const MIN_ROUNDS = 5;

const seen = { events: 0, units: 0 };

/** The received events, during a check. @type {{ type: string, data: string }[] | undefined} */
let kept;

/** All parsers call this one function, so that V8 optimizes the call equally for all of them. */
function take(type, data) {
  seen.events += 1;
  seen.units += type.length + data.length;
  if (kept !== undefined) kept.push({ type, data });
}

/**
 * @param {{ corpus: string, parsers: string[], seconds: number }} options
 *
 * @returns {Promise<import("./table.mjs").Comparison>}
 */
export async function compare({ corpus: name, parsers, seconds }) {
  const deadline = performance.now() + seconds * 1000;
  const corpus = makeCorpus(name);
  const races = [];
  for (const chunking of Object.keys(CHUNKINGS)) {
    const runs = [];
    for (const parser of parsers) runs.push(await prepare(corpus, chunking, parser));
    races.push({ chunking, runs });
  }
  for (let round = 0; round < MIN_ROUNDS || performance.now() < deadline; round += 1) {
    for (const { runs } of races) {
      // Each round begins with another parser.
      for (let turn = 0; turn < runs.length; turn += 1) {
        const run = runs[(turn + round) % runs.length];
        if (round % run.every === 0) run.samples[round] = await sample(run);
      }
    }
  }
  const figures = Object.fromEntries(
    races.map(({ chunking, runs }) => [chunking, figuresOf(runs, corpus.events.length)]),
  );
  return { events: corpus.events.length, bytes: corpus.bytes, figures };
}

/** Checks a parser's events, warms the parser up, and computes the number of passes per sample. */
async function prepare(corpus, chunking, parser) {
  const chunks = corpus.chunks[chunking];
  const run = {
    parser,
    chunking,
    chunks,
    times: 1,
    every: 1,
    deviation: /** @type {string | undefined} */ (undefined),
    expected: { events: 0, units: 0 },
    /** The samples by round, with gaps. @type {number[]} */
    samples: [],
  };

  kept = [];
  run.expected = (await measured(run)).seen;
  const given = kept;
  kept = undefined;
  if (NAMES[parser].isFloor) {
    const { events, units } = run.expected;
    if (units !== corpus.units) throw new Error(`${parser} gave ${units} units in ${events} texts, of ${corpus.units}`);
  } else run.deviation = deviationOf(given, corpus.events);
  if (parser === "ours" && run.deviation !== undefined) throw new Error(`ours is wrong: ${run.deviation}`);

  let spent = 0;
  let passes = 0;
  for (; spent < WARM_UP; passes += 1) spent += (await measured(run)).time;
  const pass = spent / passes;
  run.times = Math.max(1, Math.round(SAMPLE / pass));
  run.every = Math.max(1, Math.min(1 + MAX_PAUSE, Math.round(pass / SAMPLE)));
  return run;
}

/** Measures a sample. @returns the time of one pass, in ns */
async function sample(run) {
  // A separate macrotask, so that the garbage of the previous parser can be finalized and collected.
  await new Promise((resolve) => setTimeout(resolve));
  globalThis.gc?.({ type: "minor" });
  const { time, seen } = await measured(run);
  for (const what of ["events", "units"]) {
    const due = run.expected[what] * run.times;
    // A floor may emit the last characters in one text or in two.
    if (seen[what] !== due && !(NAMES[run.parser].isFloor && what === "events")) {
      throw new Error(`${run.parser}, ${run.chunking}: ${seen[what]} ${what} instead of ${due}`);
    }
  }
  return (time * 1e6) / run.times;
}

async function measured({ parser, chunks, times }) {
  const parse = PARSERS[parser];
  seen.events = 0;
  seen.units = 0;
  const begin = performance.now();
  const done = parse(chunks, times, take);
  if (done !== undefined) await done;
  return { time: performance.now() - begin, seen: { events: seen.events, units: seen.units } };
}

function figuresOf(runs, events) {
  const base = runs.find(({ parser }) => parser === BASE).samples;
  return Object.fromEntries(
    runs.map(({ parser, samples, deviation }) => {
      const times = Object.values(samples);
      const figure = {
        median: median(times) / events,
        least: Math.min(...times) / events,
        // Computed within each round: a busy machine slows both parsers.
        ratio: median(samples.map((time, round) => base[round] / time).filter((ratio) => ratio > 0)),
        rounds: times.length,
        deviation,
      };
      return [parser, figure];
    }),
  );
}
