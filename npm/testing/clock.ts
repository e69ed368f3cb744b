import { nextTask } from "../shell/task.js";
import type { Clock } from "../types/types.js";

/** Turns of the event loop for what was set off to come to rest: a request, its headers, its response, its events. */
const TURNS = 3;

/**
 * A clock that stands still until it is put forward: delays and timeouts pass at once, and exactly.
 *
 * It goes to a source as its `clock`; the global timers stay as they are. Fake timers of test runners do as well, if they
 * leave `queueMicrotask` alone. The date stays the real one: for `Retry-After` give seconds.
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

  /** For the source. */
  setTimeout(callback: () => void, delay: number): number {
    this.#lastId += 1;
    this.#timers.set(this.#lastId, { due: this.#now + delay, callback });
    return this.#lastId;
  }

  /** For the source. */
  clearTimeout(id: unknown): void {
    this.#timers.delete(id as number);
  }

  /** Milliseconds until the next thing that waits for the clock, a reconnect or a timeout; `undefined` if nothing does. */
  get nextTimeout(): number | undefined {
    const next = this.#next();
    return next && next.due - this.#now;
  }

  /**
   * Puts the clock forward. What falls due meanwhile happens in order, each at its own time; 0 only waits until what is
   * under way has come to rest. Resolves once it has: what the server sent is delivered, the next request made.
   *
   * @param time - Milliseconds.
   * @throws {TypeError} when that is no time.
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
