/** Runs the tests in a window or a worker. */
import { FetchEventSource } from "/dist/index.js";
import { testsOf } from "./tests.mjs";
import { pause, Trial } from "./trial.mjs";

/** Tests at a time: a host gets six connections of a browser. */
const AT_ONCE = 4;
/** These mostly wait, without a connection or, where they are known to fail, with one. */
const SLOW = /reconnect|^retry|^Last-Event-ID|cut off|sees it after a redirect/;
const SLOW_AT_ONCE = 16;
/** ms */
const PATIENCE = 20_000;
/** ms, for those that are known to fail, some of them by waiting. */
const LITTLE_PATIENCE = 5000;

/**
 * A test began, or ended with what it failed with, or null.
 *
 * @typedef {{ name: string, fault?: string | null }} Report
 */

/**
 * Runs the tests of these names, and reports each. Gives back whether there is such a class.
 *
 * @param {{ source: string, context: string, own: string, other: string, seen: string, names: string[], differing: string[] }} order
 *   `differing` are the tests that are known to fail
 * @param {(report: Report) => void} report
 * @returns {Promise<boolean>}
 */
export async function run({ source, names, differing, ...setting }, report) {
  const Source = source === "FetchEventSource" ? FetchEventSource : globalThis.EventSource;
  if (Source === undefined) return false;
  const tests = testsOf(setting.context);
  const work = async (queue) => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const patience = differing.includes(name) ? LITTLE_PATIENCE : PATIENCE;
      report({ name });
      report({ name, fault: await runOne(tests[name], new Trial({ Source, ...setting }), patience) });
    }
  };
  const workers = (queue, count) => Array.from({ length: count }, () => work(queue));
  const isSlow = (name) => SLOW.test(name);
  await Promise.all([
    ...workers(names.filter(isSlow), SLOW_AT_ONCE),
    ...workers(
      names.filter((name) => !isSlow(name)),
      AT_ONCE,
    ),
  ]);
  return true;
}

async function runOne(test, trial, patience) {
  const late = pause(patience).then(() => {
    throw new Error("it waits for something that does not come");
  });
  try {
    await Promise.race([(async () => test(trial))(), late]);
    return null;
  } catch (error) {
    return String(error);
  } finally {
    late.catch(() => {});
    await trial.close();
  }
}
