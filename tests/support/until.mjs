import { setTimeout as pause } from "node:timers/promises";

/** The time limit, in ms. */
const PATIENCE = 10_000;

/**
 * Repeats an attempt until its result is true, or throws after 10 seconds.
 *
 * @template T
 * @param {string} what the awaited state, which begins the message of the error
 * @param {() => T | Promise<T>} attempt
 * @returns {Promise<T>}
 */
export async function until(what, attempt) {
  for (const deadline = Date.now() + PATIENCE; ; await pause(20)) {
    const result = await attempt();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(result)} after ${PATIENCE / 1000} s`);
  }
}
