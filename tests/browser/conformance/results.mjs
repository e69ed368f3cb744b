/** The results of a run in a page. A result is the fault of a test, or null. Tests wait here for their results. */
export class Results {
  /** @type {Map<string, string | null>} */
  #faults = new Map();
  #running = new Set();
  /** @type {Map<string, (fault: string | null | undefined) => void>} */
  #waiting = new Map();
  /** The fault of tests without a report, once the run has ended. No fault means that the class does not exist. @type {{ fault: string | undefined } | undefined} */
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

  /** Ends the results: no more reports follow. @param {string | undefined} fault */
  finish(fault) {
    this.#rest = { fault };
    for (const resolve of this.#waiting.values()) resolve(fault);
  }

  /** Waits for the result of a test. @param {string} name @returns {Promise<string | null | undefined>} */
  async of(name) {
    const fault = this.#faults.get(name);
    if (fault !== undefined) return fault;
    if (this.#rest) return this.#rest.fault;
    return new Promise((resolve) => this.#waiting.set(name, resolve));
  }

  /** Names the tests that have begun and not ended. */
  running() {
    return this.#running.size === 0 ? "" : `; unfinished: ${[...this.#running].join(", ")}`;
  }

  passed() {
    return [...this.#faults.values()].filter((fault) => fault === null).length;
  }
}
