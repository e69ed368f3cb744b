interface Waiting<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/** What a source pushes and a `for await` loop pulls. */
export class Queue<T> implements AsyncIterableIterator<T, undefined> {
  #items: T[] = [];
  /** Index of the first item that is left. */
  #first = 0;
  #waiting: Waiting<T>[] = [];
  #isOver = false;
  /** What the next pull past the end throws, once. */
  #errors: unknown[] = [];
  readonly #onReturn: () => void;

  /** `onReturn` runs when the loop is left early. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  push(value: T): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve({ done: false, value });
    else this.#items.push(value);
  }

  /** Ends the loop once it has had all items; with an error, it throws that then. */
  end(...error: [] | [unknown]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#errors = error;
    for (const waiting of this.#waiting.splice(0)) this.#finish(waiting);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#first < this.#items.length) resolve({ done: false, value: this.#take() });
      else if (this.#isOver) this.#finish({ resolve, reject });
      else this.#waiting.push({ resolve, reject });
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#items = [];
    this.#first = 0;
    this.end();
    this.#errors = [];
    this.#onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** In constant time on average, however many items wait. */
  #take(): T {
    const value = this.#items[this.#first] as T;
    this.#first += 1;
    if (this.#first * 2 > this.#items.length) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
    return value;
  }

  #finish({ resolve, reject }: Waiting<T>): void {
    if (this.#errors.length > 0) reject(this.#errors.pop());
    else resolve({ done: true, value: undefined });
  }
}
