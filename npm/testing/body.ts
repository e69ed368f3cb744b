type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

/**
 * A body that a test writes: a stream of bytes, like a body of `fetch`. Chunks that were written before the end are read before
 * it.
 */
export class Body {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller!: Controller;
  /** The steps that reads carry out, in order. */
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
    // A byte stream refuses an empty chunk.
    if (copy.length > 0) this.#then(() => this.#controller.enqueue(copy));
  }

  end(): void {
    this.#then(() => {
      this.#controller.close();
      // A read into a buffer of the reader stays pending until the buffer is given back.
      if ("byobRequest" in this.#controller) this.#controller.byobRequest?.respond(0);
    });
  }

  fail(reason: unknown): void {
    this.#then(() => this.abort(reason));
  }

  /** Fails the body at once, before chunks that are not read yet. */
  abort(reason: unknown): void {
    this.#controller.error(reason);
  }

  #then(step: () => void): void {
    this.#steps.push(step);
    this.#wake?.();
  }

  /** Carries out the next step. A read waits for the promise. */
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
    // WebKitGTK has no byte streams.
    return new ReadableStream(source, { highWaterMark: 0 });
  }
}
