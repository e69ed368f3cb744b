/** The results of a run in a page, for tests that wait for theirs. Each is what a test failed with, or null. */
export class Results {
  /** @type {Map<string, string | null>} */
  #faults = new Map();
  #running = new Set();
  /** @type {Map<string, (fault: string | null | undefined) => void>} */
  #waiting = new Map();
  /** The fault of the tests without a report; without a fault there was nothing to run them with. @type {{ fault: string | undefined } | undefined} */
  #rest;

  /** @param {import("./run.mjs").Report} report */
  add({ name, fault }) {
    if (fault === undefined) {
      this.#running.add(name);
      return;
    }
    this.#running.delete(name);
    this.#faults.set(name, fault);
    this.#waiting.get(name)?.(fault);
  }

  /** No more reports will come. @param {string | undefined} fault */
  finish(fault) {
    this.#rest = { fault };
    for (const resolve of this.#waiting.values()) resolve(fault);
  }

  /** Waits for a test. @param {string} name @returns {Promise<string | null | undefined>} */
  async of(name) {
    const fault = this.#faults.get(name);
    if (fault !== undefined) return fault;
    if (this.#rest) return this.#rest.fault;
    return new Promise((resolve) => this.#waiting.set(name, resolve));
  }

  /** The tests that have begun and not ended, in words. */
  running() {
    return this.#running.size === 0 ? "" : `; unfinished: ${[...this.#running].join(", ")}`;
  }

  passed() {
    return [...this.#faults.values()].filter((fault) => fault === null).length;
  }
}
