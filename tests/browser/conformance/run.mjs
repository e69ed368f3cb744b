/** Runs the tests in a window or a worker. */
import { FetchEventSource } from "/dist/index.js";
import { testsOf } from "./tests.mjs";
import { pause, Trial } from "./trial.mjs";

/** Tests at a time: a host gets six connections of a browser. */
const AT_ONCE = 4;
/** These mostly wait, without a connection. */
const SLOW = /reconnect|^retry|^Last-Event-ID|cut off/;
const SLOW_AT_ONCE = 16;
/** ms */
const PATIENCE = 20_000;
/** ms, for those that are known to fail, some of them by waiting. */
const LITTLE_PATIENCE = 5000;

/**
 * What each test failed with, or null; nothing where there is no such class.
 *
 * @param {{ source: string, context: string, own: string, other: string, seen: string, differing: string[] }} order
 *   `differing` are the tests that are known to fail
 * @returns {Promise<Record<string, string | null> | undefined>}
 */
export async function run({ source, differing, ...setting }) {
  const Source = source === "FetchEventSource" ? FetchEventSource : globalThis.EventSource;
  if (Source === undefined) return undefined;
  const tests = testsOf(setting.context);
  const faults = {};
  const work = async (queue) => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const patience = differing.includes(name) ? LITTLE_PATIENCE : PATIENCE;
      faults[name] = await runOne(tests[name], new Trial({ Source, ...setting }), patience);
    }
  };
  const workers = (queue, count) => Array.from({ length: count }, () => work(queue));
  const names = Object.keys(tests);
  const isSlow = (name) => SLOW.test(name);
  await Promise.all([
    ...workers(names.filter(isSlow), SLOW_AT_ONCE),
    ...workers(
      names.filter((name) => !isSlow(name)),
      AT_ONCE,
    ),
  ]);
  return faults;
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
    trial.close();
    late.catch(() => {});
  }
}
