type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

/** A body that is written by hand: a stream of bytes, as those of `fetch` are. What was written is read before any end. */
export class Body {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller!: Controller;
  /** What reads are to find, one after the other. */
  readonly #steps: (() => void)[] = [];
  #wake: (() => void) | undefined;

  constructor(onCancel: () => void) {
    const source = {
      start: (controller: Controller) => {
        this.#controller = controller;
      },
      pull: () => this.#step(),
      cancel: onCancel,
    };
    this.stream = streamOf(source);
  }

  write(bytes: Uint8Array): void {
    const copy = bytes.slice();
    // A stream of bytes refuses an empty chunk.
    if (copy.length > 0) this.#then(() => this.#controller.enqueue(copy));
  }

  end(): void {
    this.#then(() => {
      this.#controller.close();
      // A read into a buffer of the reader's is under way until it is given back.
      if ("byobRequest" in this.#controller) this.#controller.byobRequest?.respond(0);
    });
  }

  fail(reason: unknown): void {
    this.#then(() => this.abort(reason));
  }

  /** At once, whatever has not been read yet. */
  abort(reason: unknown): void {
    this.#controller.error(reason);
  }

  #then(step: () => void): void {
    this.#steps.push(step);
    this.#wake?.();
  }

  /** A read waits for what this returns. */
  async #step(): Promise<void> {
    if (this.#steps.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#steps.shift()?.();
  }
}

function streamOf(source: object): ReadableStream<Uint8Array<ArrayBuffer>> {
  try {
    return new ReadableStream({ ...source, type: "bytes" });
  } catch {
    // WebKitGTK has no streams of bytes.
    return new ReadableStream(source, { highWaterMark: 0 });
  }
}
