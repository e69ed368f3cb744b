import { can, isStream } from "./interfaces.js";

/**
 * The size of the buffer in bytes. Without a buffer, browsers read up to two mebibytes at once, and handling these would block
 * the page too long.
 */
const BUFFER = 256 * 2 ** 10;

/** Whether a body can be read chunk by chunk: a `ReadableStream`, or a stream of Node.js, which the package node-fetch has. */
export function isReadable(body: unknown): body is ReadableStream<unknown> {
  return isStream(body) || can(body, Symbol.asyncIterator);
}

/** Cancels a given body that nobody has begun to read. */
export function cancelUnread(body: unknown): void {
  if (isReadable(body) && !body.locked) new BodyReader(body).cancel();
}

/** A reader of a stream of Node.js. */
function nodeReader(stream: AsyncIterable<unknown> & { destroy?(): void }): Reader {
  const iterator = stream[Symbol.asyncIterator]();
  return {
    read: () => iterator.next() as Promise<ReadableStreamReadResult<unknown>>,
    // An iterator's `return()` would wait for the chunk.
    cancel: async () => stream.destroy?.(),
  };
}

type Reader = Pick<ReadableStreamDefaultReader<unknown>, "read" | "cancel">;

/** Reads a body, into one reused buffer if possible. */
export class BodyReader {
  #reader: Reader | ReadableStreamBYOBReader;
  /** The reader, if it takes a buffer. */
  #byob: ReadableStreamBYOBReader | undefined;
  /** The buffer, which the stream has while it reads. There is none before the first chunk. */
  #buffer: ArrayBuffer | undefined;
  readonly #body: ReadableStream<unknown>;

  /** Throws if the body already has a reader. */
  constructor(body: ReadableStream<unknown>) {
    this.#body = body;
    try {
      this.#reader = this.#byob = body.getReader({ mode: "byob" });
    } catch {
      // Bodies that `fetch` did not make may not be byte streams, and WebKitGTK has no byte streams.
      this.#reader = isStream(body) ? body.getReader() : nodeReader(body);
    }
  }

  /** Reads the next chunk. Its bytes are valid until the next call. */
  read(): Promise<ReadableStreamReadResult<unknown>> {
    const byob = this.#byob;
    if (!byob) return (this.#reader as Reader).read();
    const buffer = this.#buffer;
    if (!buffer) return this.#readFirst(byob);
    this.#buffer = undefined;
    return byob.read(new Uint8Array(buffer));
  }

  /**
   * Reads the first chunk. In content scripts of Firefox, the stream belongs to the page and refuses a buffer of the script: it
   * rejects the read, but has not failed. A stream that has failed rejects the read of the other reader, too.
   */
  async #readFirst(byob: ReadableStreamBYOBReader): Promise<ReadableStreamReadResult<unknown>> {
    try {
      return await byob.read(new Uint8Array(BUFFER));
    } catch {
      byob.releaseLock();
      this.#byob = undefined;
      const reader = this.#body.getReader();
      this.#reader = reader;
      return reader.read();
    }
  }

  /** Keeps the buffer of a chunk, for the next read. */
  reuse(chunk: Uint8Array): void {
    if (this.#byob) this.#buffer = chunk.buffer as ArrayBuffer;
  }

  /** Cancels the body, and ignores an error: a stream that has failed rejects the cancellation, and a polyfill may throw. */
  async cancel(): Promise<void> {
    try {
      await this.#reader.cancel();
    } catch {
      // The body is over anyway.
    }
  }
}
