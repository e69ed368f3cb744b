import { can, isStream } from "./interfaces.js";

/**
 * Bytes of the buffer. By themselves, browsers read up to two mebibytes at once, which is more than a page should be busy
 * with.
 */
const BUFFER = 256 * 2 ** 10;

/** Whether a body can be read chunk by chunk: a stream, or one of Node.js, as the package node-fetch has it. */
export function isReadable(body: unknown): body is ReadableStream<unknown> {
  return isStream(body) || can(body, Symbol.asyncIterator);
}

/** Cancels a body that was given, and that nobody has begun to read. */
export function cancelUnread(body: unknown): void {
  if (isReadable(body) && !body.locked) new BodyReader(body).cancel();
}

/** What reads a stream of Node.js. */
function nodeReader(stream: AsyncIterable<unknown> & { destroy?(): void }): Reader {
  const iterator = stream[Symbol.asyncIterator]();
  return {
    read: () => iterator.next() as Promise<ReadableStreamReadResult<unknown>>,
    // An iterator's `return()` would wait for the chunk.
    cancel: async () => stream.destroy?.(),
  };
}

type Reader = Pick<ReadableStreamDefaultReader<unknown>, "read" | "cancel">;

/** Reads a body, into one buffer again and again where that can be done. */
export class BodyReader {
  #reader: Reader | ReadableStreamBYOBReader;
  /** The same, if it takes a buffer. */
  #byob: ReadableStreamBYOBReader | undefined;
  /** Lent to the stream while it reads. There is none before the first chunk. */
  #buffer: ArrayBuffer | undefined;
  readonly #body: ReadableStream<unknown>;

  /** Throws when someone reads the body already. */
  constructor(body: ReadableStream<unknown>) {
    this.#body = body;
    try {
      this.#reader = this.#byob = body.getReader({ mode: "byob" });
    } catch {
      // Bodies that `fetch` did not make may not be streams of bytes, and WebKitGTK has none.
      this.#reader = isStream(body) ? body.getReader() : nodeReader(body);
    }
  }

  /** Asks for the next chunk, whose bytes are gone once the one after it is asked for. */
  read(): Promise<ReadableStreamReadResult<unknown>> {
    const byob = this.#byob;
    if (!byob) return (this.#reader as Reader).read();
    const buffer = this.#buffer;
    if (!buffer) return this.#readFirst(byob);
    this.#buffer = undefined;
    return byob.read(new Uint8Array(buffer));
  }

  /**
   * In content scripts of Firefox, the stream belongs to the page and takes no buffer of the script: it rejects the read, but has
   * not failed. A stream that has failed rejects the read of the other reader, too.
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

  /** Takes back the buffer that a chunk came in. */
  reuse(chunk: Uint8Array): void {
    if (this.#byob) this.#buffer = chunk.buffer as ArrayBuffer;
  }

  /** Nobody is notified of a cancellation that fails: a stream that has failed rejects it, and that of a polyfill may throw. */
  async cancel(): Promise<void> {
    try {
      await this.#reader.cancel();
    } catch {
      // It is over.
    }
  }
}
