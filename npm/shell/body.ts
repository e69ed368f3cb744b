/**
 * Bytes of the buffer. By themselves, browsers read up to two mebibytes at once, which is more than a page should be busy
 * with.
 */
const BUFFER = 256 * 2 ** 10;

/** Reads a body, into one buffer again and again where that can be done. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<unknown> | ReadableStreamBYOBReader;
  /** The same, if it takes a buffer. */
  readonly #byob: ReadableStreamBYOBReader | undefined;
  /** Lent to the stream while it reads. */
  #buffer: ArrayBuffer | undefined;

  /** Throws when someone reads the body already. */
  constructor(body: ReadableStream<unknown>) {
    try {
      this.#reader = this.#byob = body.getReader({ mode: "byob" });
    } catch {
      // Bodies that `fetch` did not make may not be streams of bytes, and WebKitGTK has none.
      this.#reader = body.getReader();
    }
  }

  /** Asks for the next chunk, whose bytes are gone once the one after it is asked for. */
  read(): Promise<ReadableStreamReadResult<unknown>> {
    if (!this.#byob) return (this.#reader as ReadableStreamDefaultReader<unknown>).read();
    const buffer = this.#buffer ?? new ArrayBuffer(BUFFER);
    this.#buffer = undefined;
    return this.#byob.read(new Uint8Array(buffer));
  }

  /** Takes back the buffer that a chunk came in. */
  reuse(chunk: Uint8Array): void {
    if (this.#byob) this.#buffer = chunk.buffer as ArrayBuffer;
  }

  cancel(): void {
    // A stream that has failed rejects its cancellation too, and nobody is to hear of that.
    this.#reader.cancel().catch(() => {});
  }
}
