import type { DecodeError } from "../error/errors.js";
import { nextTask } from "../shell/task.js";
import type { EventIterator, OnDecodeError, UndecodedEvent } from "../types/types.js";

interface Waiting<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/** An error in the queue, which the loop throws in its place. */
class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** A queue of events: a source pushes them, and a `for await` loop pulls them. */
export class Queue<T> implements EventIterator<T> {
  #items: (T | Thrown)[] = [];
  /** The index of the first item that is not taken. */
  #first = 0;
  #waiting: Waiting<T>[] = [];
  #pulls = 0;
  #isOver = false;
  /** The error that the next pull after the end throws, once. */
  #errors: unknown[] = [];
  readonly #onDecodeError: OnDecodeError;
  readonly #onReturn: () => void;

  /** `onReturn` runs when the loop is left early. */
  constructor(onDecodeError: OnDecodeError, onReturn: () => void) {
    this.#onDecodeError = onDecodeError;
    this.#onReturn = onReturn;
  }

  push(value: T | Thrown): void {
    const waiting = this.#waiting.shift();
    if (waiting) this.#settle(waiting, value);
    else this.#items.push(value);
  }

  /** Handles an event that does not decode, and returns whether the loop gets it. */
  fail(error: DecodeError): boolean {
    if (this.#onDecodeError === "yield") this.push(undecoded(error) as T);
    if (this.#onDecodeError === "throw") this.push(new Thrown(error));
    return this.#onDecodeError !== "skip";
  }

  /** Ends the loop after its last item. With an error, the loop throws the error then. */
  end(...error: [] | [unknown]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#errors = error;
    for (const waiting of this.#waiting.splice(0)) this.#finish(waiting);
  }

  /** Ends the loop at once, and drops the items that it has not taken. Does nothing after the end. */
  cut(...error: [] | [unknown]): void {
    if (this.#isOver) return;
    this.#drop();
    this.end(...error);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    this.#pulls += 1;
    return new Promise((resolve, reject) => {
      const waiting = { resolve, reject };
      if (this.#first < this.#items.length) this.#settle(waiting, this.#take());
      else if (this.#isOver) this.#finish(waiting);
      else this.#waiting.push(waiting);
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#drop();
    this.end();
    this.#errors = [];
    this.#onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(): void {
    this.#items = [];
    this.#first = 0;
  }

  /** Takes the first item, in constant time on average, whatever the number of items. */
  #take(): T | Thrown {
    const value = this.#items[this.#first] as T | Thrown;
    this.#first += 1;
    if (this.#first * 2 > this.#items.length) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
    return value;
  }

  #settle({ resolve, reject }: Waiting<T>, value: T | Thrown): void {
    if (value instanceof Thrown) {
      reject(value.error);
      const pulls = this.#pulls;
      unlessGoneOn(
        () => this.#pulls > pulls || this.#waiting.length > 0,
        () => this.return(),
      );
    } else {
      resolve({ done: false, value });
    }
  }

  #finish({ resolve, reject }: Waiting<T>): void {
    if (this.#errors.length > 0) reject(this.#errors.pop());
    else resolve({ done: true, value: undefined });
  }
}

/**
 * Calls `leave` unless the loop has asked for more when the event loop turns. A `for await` loop that a rejected `next()` ends
 * does not notify its iterator, so its source would never be closed.
 */
export function unlessGoneOn(goesOn: () => boolean, leave: () => void): void {
  nextTask().then(() => {
    if (!goesOn()) leave();
  });
}

/** The item that an iterator yields for an event that does not decode. */
export function undecoded(error: DecodeError): UndecodedEvent {
  return { type: "decodeerror", error, lastEventId: error.lastEventId };
}
