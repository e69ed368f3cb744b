/** Measures clients that read the streams of one corpus in turn, in one page. */
import { threadClock } from "../lib/chromium.mjs";
import { median } from "../lib/median.mjs";
import { CLASS_ON_FETCH, CLIENTS, isPeer } from "./names.mjs";

/** ms for a stream. Clients that need more skip rounds, in proportion. */
const QUICK = 500;

/** Events of the trial that estimates the time for a stream. */
const TRIAL = 10_000;

/**
 * @typedef {{ time: number, thread: number, gap: number, tasks: number[] }} Sample times in ms
 * @typedef {{ corpus: string, client: string, isExact: boolean }} Reading
 * @typedef {{ client: string, reading: Reading, deviation?: string, every: number, samples: Sample[] }} Run samples by
 *   round, with gaps
 * @typedef {import("./table.mjs").Comparison} Comparison
 */

/**
 * @param {import("@playwright/test").Browser} browser
 * @param {string} server
 * @param {{ corpus: string, clients: string[], events: number, rounds: number }} options
 * @param {(line: string) => void} note
 * @returns {Promise<Comparison>}
 */
export async function race(browser, server, { corpus, clients, events, rounds }, note) {
  const context = await browser.newContext();
  try {
    const page = await openPage(context, server);
    /** @type {Run[]} */
    const runs = [];
    for (const client of clients) {
      note(`checking ${client}`);
      const deviation = CLIENTS[client].isFloor ? undefined : await page.check({ corpus, client });
      if (deviation !== undefined && CLIENTS[client].isOurs) throw new Error(`${client} is wrong: ${deviation}`);
      const trial = Math.min(TRIAL, events);
      const reading = { corpus, client, isExact: deviation === undefined };
      const { time } = await page.sample(reading, trial);
      const every = Math.max(1, Math.round((time * events) / trial / QUICK));
      // Only fast clients get a warm-up.
      if (every === 1) await page.sample(reading, events);
      runs.push({ client, reading, deviation, every, samples: [] });
    }
    for (let round = 0; round < rounds; round += 1) {
      // Each round begins with another client.
      for (let turn = 0; turn < runs.length; turn += 1) {
        const run = runs[(turn + round) % runs.length];
        if (round % run.every !== 0) continue;
        note(`round ${round + 1} of ${rounds}: ${run.client}`);
        run.samples[round] = await page.sample(run.reading, events);
      }
    }
    return comparisonOf(runs, events);
  } finally {
    await context.close();
  }
}

/** @param {import("@playwright/test").BrowserContext} context @param {string} server */
async function openPage(context, server) {
  const page = await context.newPage();
  await page.goto(server);
  const devtools = await context.newCDPSession(page);
  const threadTime = await threadClock(devtools);
  const call = (name, options) =>
    page.evaluate(
      async ([module, name, options]) => (await import(module))[name](options),
      /** @type {const} */ ([`${server}/page.mjs`, name, options]),
    );
  return {
    /** @returns {Promise<string | undefined>} */
    check: ({ corpus, client }) => call("check", { corpus, client, url: `${server}/events?corpus=${corpus}` }),
    /** @param {Reading} reading @param {number} events @returns {Promise<Sample>} */
    async sample(reading, events) {
      // The garbage of the previous client must not count for this client.
      await page.evaluate("gc()");
      const before = await threadTime();
      const url = `${server}/events?corpus=${reading.corpus}&events=${events}`;
      const measured = await call("measure", { ...reading, events, url });
      return { ...measured, thread: (await threadTime()) - before };
    },
  };
}

/** @param {Run[]} runs @param {number} events @returns {Comparison} */
function comparisonOf(runs, events) {
  const peers = runs.filter(({ client }) => isPeer(client));
  const least = (what) => [...peers].sort((a, b) => medianOf(a, what) - medianOf(b, what))[0];
  const bases = { time: least("time"), thread: least("thread") };
  const classOnFetch = runs.find(({ client }) => client === CLASS_ON_FETCH);
  const nanoseconds = (time) => (time * 1e6) / events;
  const figureOf = (run) => {
    const samples = Object.values(run.samples);
    const tasks = samples.flatMap((sample) => sample.tasks);
    return {
      time: nanoseconds(medianOf(run, "time")),
      least: nanoseconds(Math.min(...samples.map(({ time }) => time))),
      thread: nanoseconds(medianOf(run, "thread")),
      ratio: { time: ratio(run, bases.time, "time"), thread: ratio(run, bases.thread, "thread") },
      ratioToClass: { time: ratio(run, classOnFetch, "time"), thread: ratio(run, classOnFetch, "thread") },
      gap: medianOf(run, "gap"),
      longTasks: tasks.length / samples.length,
      longestTask: Math.max(0, ...tasks),
      rounds: samples.length,
      deviation: run.deviation,
    };
  };
  return {
    bases: { time: bases.time?.client, thread: bases.thread?.client },
    figures: Object.fromEntries(runs.map((run) => [run.client, figureOf(run)])),
  };
}

/** @param {Run} run @param {"time" | "thread" | "gap"} what */
function medianOf({ samples }, what) {
  return median(Object.values(samples).map((sample) => sample[what]));
}

/** The median of base / run over the rounds. A busy machine slows both within a round, so the ratio stays. */
function ratio(run, base, what) {
  const ratios = run.samples.map((sample, round) => base?.samples[round]?.[what] / sample[what]);
  return median(ratios.filter((ratio) => ratio > 0));
}
