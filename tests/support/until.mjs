import { setTimeout as pause } from "node:timers/promises";

/** ms */
const PATIENCE = 10_000;

/**
 * Tries again and again until an attempt gives something true.
 *
 * @template T
 * @param {string} what the beginning of the error's sentence: what is waited for
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
