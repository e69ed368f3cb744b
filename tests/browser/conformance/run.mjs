/** Runs the tests in a window or a worker. */
import { FetchEventSource } from "/dist/index.js";
import { testsOf } from "./tests.mjs";
import { pause, Trial } from "./trial.mjs";

/** Tests that run at once. A browser has six connections for a host. */
const AT_ONCE = 4;
/** Slow tests, which mostly wait without a connection, or with one if they are known to fail. */
const SLOW = /reconnect|^retry|^Last-Event-ID|cut off|sees it after a redirect/;
const SLOW_AT_ONCE = 16;
/** The time limit of a test, in ms. */
const PATIENCE = 20_000;
/** The time limit, in ms, of tests that are known to fail. Some of them fail by this limit. */
const LITTLE_PATIENCE = 5000;

/**
 * A test has begun, or has ended with its fault or null.
 *
 * @typedef {{ name: string, fault?: string | null }} Report
 */

/**
 * Runs the tests of these names, and reports each. Returns whether the class exists.
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
    throw new Error("the test did not end within its time limit");
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
