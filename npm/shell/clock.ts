import type { Clock } from "../types/types.js";

/** The longest that `setTimeout` can wait, in ms. */
const LONGEST = 2 ** 31 - 1;

/** Where a client has its time from, the globals or a clock that a test gave it, and its one alarm. */
export class AlarmClock {
  readonly #given: Clock | undefined;
  readonly #ring: () => void;
  /** How far time has been put forward, in ms. */
  #ahead = 0;
  /** When the alarm goes off, in the time of `now`. */
  #deadline = Number.POSITIVE_INFINITY;
  #timeout: unknown;

  constructor(given: Clock | undefined, ring: () => void) {
    this.#given = given;
    this.#ring = ring;
  }

  /** Milliseconds from a fixed moment; never goes back. */
  now(): number {
    return (this.#given ?? performance).now() + this.#ahead;
  }

  /**
   * Sees to it that the alarm goes off after `wait` from `now`, or earlier: one that is set already stays, since the deadline
   * moves with every chunk. Less than 0 is no alarm.
   */
  set(now: number, wait: number): void {
    if (wait < 0) {
      this.clear();
      return;
    }
    if (this.#deadline <= now + wait) return;
    this.clear();
    const bounded = Math.min(wait, LONGEST);
    this.#deadline = now + bounded;
    this.#timeout = this.#timers.setTimeout(() => {
      // It has come, even if `performance.now` disagrees. Browsers make that coarse, and test runners may fake `setTimeout`
      // alone.
      this.#ahead += Math.max(0, this.#deadline - this.now());
      this.#deadline = Number.POSITIVE_INFINITY;
      this.#ring();
    }, Math.ceil(bounded));
  }

  clear(): void {
    if (this.#deadline === Number.POSITIVE_INFINITY) return;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#timers.clearTimeout(this.#timeout);
  }

  /** The global ones are looked up each time, since a test may replace them. */
  get #timers(): Pick<Clock, "setTimeout" | "clearTimeout"> {
    return this.#given ?? (globalThis as Pick<Clock, "setTimeout" | "clearTimeout">);
  }
}
