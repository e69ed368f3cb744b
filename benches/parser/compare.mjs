/**
 * Checks, then measures, all parsers on one corpus. Runs in Node and in a browser, bundled with the parsers, and wants a
 * fresh process or page: what the engine learned from another corpus would change the figures.
 */
import { CHUNKINGS, makeCorpus } from "../lib/corpora.mjs";
import { deviationOf } from "../lib/deviation.mjs";
import { median } from "../lib/median.mjs";
import { BASE, PARSERS as NAMES } from "./names.mjs";
import { PARSERS } from "./parsers.mjs";

/** A sample is about so long, in ms: far above the clock's grain, short enough for many rounds. */
const SAMPLE = 10;
/** Those that need longer for a single pass sit out rounds, but never more than so many in a row. */
const MAX_PAUSE = 4;
/** How long each is run before any sample, in ms. */
const WARM_UP = 150;
const MIN_ROUNDS = 5;

/** All parsers get this one function, so that none has a call that the engine cannot foresee. */
const seen = { events: 0, units: 0 };

/** The events themselves, while they are checked. @type {{ type: string, data: string }[] | undefined} */
let kept;

function take(type, data) {
  seen.events += 1;
  seen.units += type.length + data.length;
  if (kept !== undefined) kept.push({ type, data });
}

/** @param {{ corpus: string, parsers: string[], seconds: number }} options @returns {Promise<import("./table.mjs").Comparison>} */
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
      // In turn, beginning with another one than in the round before.
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

/** Checks what a parser gives, warms it up, and finds how often it is to be run for one sample. */
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
    /** By round, with gaps. @type {number[]} */
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

/** @returns the time of one pass, in ns */
async function sample(run) {
  // A macrotask of its own, in which what the last one left behind can be finalized and collected.
  await new Promise((resolve) => setTimeout(resolve));
  globalThis.gc?.({ type: "minor" });
  const { time, seen } = await measured(run);
  for (const what of ["events", "units"]) {
    const due = run.expected[what] * run.times;
    // Of a floor the last characters may be told in one text or in two.
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
        // Round by round: what slows the machine for a while slows both.
        ratio: median(samples.map((time, round) => base[round] / time).filter((ratio) => ratio > 0)),
        rounds: times.length,
        deviation,
      };
      return [parser, figure];
    }),
  );
}
