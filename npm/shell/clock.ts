import type { Clock } from "../types/types.js";

/** The clock and the one timer of a shell: the globals, or the clock that the user gave. */
export class AlarmClock {
  /** Returns milliseconds from a fixed moment, and never goes back. Refers to nothing but the clock that the user gave. */
  readonly now: () => number;
  readonly #given: Clock | undefined;
  readonly #ring: (deadline: number) => void;
  /** The time at which the timer rings. */
  #deadline = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  /** `ring` is called with the deadline that the timer was set for. */
  constructor(given: Clock | undefined, ring: (deadline: number) => void) {
    this.now = timeOf(given);
    this.#given = given;
    this.#ring = ring;
  }

  /** The time of the wall clock; `undefined` if the clock of the user has none, and then sleep is not detected. */
  wall(): number | undefined {
    return this.#given ? this.#given.wall?.() : Date.now();
  }

  /** Sets the timer to ring at the deadline or earlier. An earlier timer stays, because the deadline moves with every chunk. */
  set(deadline: number | undefined): void {
    if (deadline === undefined) {
      this.clear();
      return;
    }
    if (this.#deadline <= deadline) return;
    this.clear();
    this.#deadline = deadline;
    const ring = () => {
      // A clock may ring a timer that is cleared.
      if (this.#deadline !== deadline) return;
      this.#deadline = Number.POSITIVE_INFINITY;
      this.#ring(deadline);
    };
    // The global timers are read each time, because a test may replace them. The replacement cannot clear this timer.
    const timers: Timers = this.#given ?? (globalThis as Timers);
    const { clearTimeout } = timers;
    const timeout = timers.setTimeout(ring, Math.max(0, Math.ceil(deadline - this.now())));
    this.#cancel = () => clearTimeout.call(timers, timeout);
  }

  clear(): void {
    if (this.#deadline === Number.POSITIVE_INFINITY) return;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#cancel?.();
  }
}

type Timers = Pick<Clock, "setTimeout" | "clearTimeout">;

/** The global is read each time, because a test may replace it. */
const timeOf = (given: Clock | undefined) => () => (given ?? performance).now();
