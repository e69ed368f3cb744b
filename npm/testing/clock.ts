import { nextTask } from "../shell/task.js";
import type { Clock } from "../types/types.js";

/** The turns of the event loop until all pending work is done: a request, its headers, its response, its events. */
const TURNS = 3;

/**
 * A clock that stands still until the test advances it: delays and timeouts then pass at once, and exactly.
 *
 * Give the clock to a source as the option `clock`; the global timers stay unchanged. Fake timers of test runners work too, if
 * they do not replace `queueMicrotask`. The date is the real one: for `Retry-After`, give seconds.
 *
 * @example
 * const server = new TestEventServer();
 * const clock = new TestClock();
 * const source = new FetchEventSource("https://api.test/events", { fetch: server.fetch, clock });
 * source.onmessage = ({ data }) => console.log(data);
 *
 * (await server.accept()).fail();
 * await clock.advance(3000); // the standard's delay before a reconnect
 * (await server.accept()).send({ data: "back again" });
 * console.log(clock.now()); // 3000
 */
export class TestClock implements Clock {
  #now = 0;
  #lastId = 0;
  readonly #timers = new Map<number, { due: number; callback: () => void }>();

  /** Milliseconds since the clock was made. */
  now(): number {
    return this.#now;
  }

  /** Sets a timer. The source calls this. */
  setTimeout(callback: () => void, delay: number): number {
    this.#lastId += 1;
    this.#timers.set(this.#lastId, { due: this.#now + delay, callback });
    return this.#lastId;
  }

  /** Cancels a timer. The source calls this. */
  clearTimeout(id: unknown): void {
    this.#timers.delete(id as number);
  }

  /** Milliseconds until the next timer of the clock, a reconnect or a timeout; `undefined` if there is none. */
  get nextTimeout(): number | undefined {
    const next = this.#next();
    return next && next.due - this.#now;
  }

  /**
   * Advances the clock. Timers that fall due ring in order, each at its own time. The promise resolves when all pending work is
   * done: events that the server sent are delivered, and the next request is made. 0 only waits for pending work.
   *
   * @param time - Milliseconds.
   * @throws {TypeError} when `time` is no time.
   */
  async advance(time: number): Promise<void> {
    if (!(time >= 0)) throw new TypeError("advance(): 'time' must be milliseconds, 0 or more");
    await settled();
    const until = this.#now + time;
    for (let next = this.#next(); next && next.due <= until; next = this.#next()) {
      this.#now = Math.max(this.#now, next.due);
      this.#timers.delete(next.id);
      next.callback();
      await settled();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** The timer that is due first; of several, the one that was set first. */
  #next(): { id: number; due: number; callback: () => void } | undefined {
    const timers = [...this.#timers].map(([id, timer]) => ({ id, ...timer }));
    return timers.sort((one, other) => one.due - other.due)[0];
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await nextTask();
}
