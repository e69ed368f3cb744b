import { BatchReader } from "./batch.js";
import { memory, type StreamParser, startParser } from "./engine.js";

/** An event as a parser gives it. */
export interface EventSourceMessage {
  /** The event's name; `undefined` when the stream gave none. */
  event: string | undefined;
  /** The `id` field of this event; `undefined` when it had none. */
  id: string | undefined;
  /** The `data` lines, joined by line feeds. */
  data: string;
  /** The last event ID in force: that of this event, else that of the nearest before it. */
  lastEventId: string;
}

/** What a parser calls. */
export interface ParserCallbacks {
  onEvent?: ((event: EventSourceMessage) => void) | undefined;
  /** A valid `retry` field, in milliseconds. */
  onRetry?: ((retry: number) => void) | undefined;
  /** A comment line: what follows the colon and one space. */
  onComment?: ((comment: string) => void) | undefined;
  /** An event was larger than `maxBufferSize`. */
  onError?: ((error: ParseError) => void) | undefined;
}

export interface ParserConfig extends ParserCallbacks {
  /** Bytes that may be buffered for one event. Default: no limit. */
  maxBufferSize?: number | undefined;
}

/** What a parser can complain of. Any bytes are a valid stream, so it is the limit alone. */
export class ParseError extends Error {
  override readonly name = "ParseError";
  readonly type = "max-buffer-size-exceeded";

  /** @internal */
  constructor(limit: number) {
    super(`an event is larger than maxBufferSize, ${limit} bytes: raise it if such events are expected`);
  }
}

/** A parser of `text/event-stream`. */
export interface EventSourceParser {
  /**
   * Parses a chunk, cut anywhere, and calls back for what it completes. Never throws for what a stream contains.
   *
   * @throws {TypeError} when the chunk is neither text nor bytes.
   * @throws {ParseError} when an earlier event was over the limit and the parser has not been reset.
   */
  feed(chunk: string | Uint8Array): void;
  /** Begins a new stream. The unfinished event is discarded, or with `consume` its last line counts as complete. */
  reset(options?: { consume?: boolean | undefined }): void;
  /** The last event ID: what a reconnect sends as `Last-Event-ID`. */
  readonly lastEventId: string;
}

const encoder = new TextEncoder();

/**
 * Makes a parser.
 *
 * @throws {TypeError} when an option has the wrong type; the message names it.
 * @example
 * const parser = createParser({ onEvent: ({ event, data }) => console.log(event ?? "message", data) });
 * parser.feed("data: hello\n\n");
 */
export function createParser(config: ParserConfig): EventSourceParser {
  checkConfig(config);
  return new Parser(config);
}

/** Flags in the header of `parse`. */
const OVERFLOWED = 1;
const WITHIN_LINE = 2;

class Parser implements EventSourceParser {
  readonly #config: ParserConfig;
  readonly #reader: BatchReader;
  readonly #engine: StreamParser;
  /** Where in the engine's memory the next chunk goes, if it is not larger. */
  #address = 0;
  #room = 0;
  #flags = 0;
  /** The first half of a surrogate pair that is cut over two chunks of text. */
  #highSurrogate = "";
  #isDelivering = false;
  /** What callbacks have fed, to be parsed once they are done. */
  #fed: (string | Uint8Array)[] = [];

  constructor(config: ParserConfig) {
    this.#config = config;
    this.#engine = startParser(config.maxBufferSize && Math.min(config.maxBufferSize, 2 ** 31));
    const { onEvent, onRetry, onComment } = config;
    this.#reader = new BatchReader(memory, {
      event(name, data, lastEventId, setsId) {
        onEvent?.({ event: name || undefined, id: setsId ? lastEventId : undefined, data, lastEventId });
        return true;
      },
      comment: (text) => onComment?.(text),
      retry: (time) => onRetry?.(time),
    });
  }

  feed(chunk: string | Uint8Array): void {
    if (typeof chunk !== "string" && !isBytes(chunk)) {
      throw new TypeError("feed(): 'chunk' must be a string or a Uint8Array");
    }
    if (this.#flags & OVERFLOWED) throw this.#error();
    // In order: what a callback feeds comes after the chunk that it was called for.
    if (this.#isDelivering || this.#fed.length > 0) this.#fed.push(chunk);
    else this.#feed(chunk);
    while (!this.#isDelivering && this.#fed.length > 0) this.#feed(this.#fed.shift() as string | Uint8Array);
  }

  reset({ consume = false }: { consume?: boolean | undefined } = {}): void {
    if (consume && !(this.#flags & OVERFLOWED)) {
      if (this.#highSurrogate) this.#parseText("");
      if (this.#flags & WITHIN_LINE) this.#parseText("\n");
    }
    this.#fed = [];
    this.#highSurrogate = "";
    this.#engine.reset();
    this.#room = 0;
    this.#flags = 0;
  }

  get lastEventId(): string {
    return this.#engine.lastEventId;
  }

  #feed(chunk: string | Uint8Array): void {
    if (typeof chunk === "string") {
      const isCut = isHighSurrogate(chunk.charCodeAt(chunk.length - 1));
      const half = isCut ? chunk.slice(-1) : chunk === "" ? this.#highSurrogate : "";
      if (chunk !== "") this.#parseText(isCut ? chunk.slice(0, -1) : chunk);
      this.#highSurrogate = half;
      return;
    }
    if (this.#highSurrogate) this.#parseText("");
    this.#makeRoom(chunk.length);
    memory.bytes().set(chunk, this.#address);
    this.#parse(chunk.length);
  }

  /** Parses text behind what was held back of the text before. */
  #parseText(text: string): void {
    const whole = this.#highSurrogate + text;
    this.#highSurrogate = "";
    this.#makeRoom(whole.length * 3);
    const room = memory.bytes().subarray(this.#address, this.#address + this.#room);
    this.#parse(encoder.encodeInto(whole, room).written);
  }

  #makeRoom(length: number): void {
    if (length <= this.#room) return;
    this.#address = this.#engine.reserve(length);
    this.#room = length;
  }

  #parse(length: number): void {
    const header = this.#engine.parse(length);
    const words = memory.words();
    const at = header >>> 2;
    this.#address = words[at + 6] as number;
    this.#room = words[at + 7] as number;
    this.#flags = words[at + 8] as number;
    if (words[at + 5] !== 0) {
      this.#isDelivering = true;
      try {
        this.#reader.read(header);
      } finally {
        this.#isDelivering = false;
      }
    }
    if (this.#flags & OVERFLOWED) this.#config.onError?.(this.#error());
  }

  #error(): ParseError {
    return new ParseError(this.#config.maxBufferSize ?? Number.POSITIVE_INFINITY);
  }
}

/** By its tag where the class does not tell: a chunk may be of another realm. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === "[object Uint8Array]";
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function checkConfig(config: unknown): void {
  if (typeof config !== "object" || config === null) throw new TypeError("the parser's callbacks must be an object");
  for (const name of ["onEvent", "onRetry", "onComment", "onError"] as const) {
    const value = (config as ParserCallbacks)[name];
    if (value !== undefined && typeof value !== "function") throw new TypeError(`option '${name}' must be a function`);
  }
  const { maxBufferSize } = config as ParserConfig;
  if (maxBufferSize !== undefined && !(typeof maxBufferSize === "number" && maxBufferSize >= 1)) {
    throw new TypeError("option 'maxBufferSize' must be bytes, 1 or more");
  }
}

/** Options of `EventSourceParserStream`. */
export interface ParserStreamOptions {
  onRetry?: ((retry: number) => void) | undefined;
  onComment?: ((comment: string) => void) | undefined;
  /** Bytes that may be buffered for one event. Beyond it the stream errors with a `ParseError`. Default: no limit. */
  maxBufferSize?: number | undefined;
}

/**
 * A `TransformStream` from text or bytes to events.
 *
 * @example
 * const events = response.body.pipeThrough(new EventSourceParserStream());
 */
export class EventSourceParserStream extends TransformStream<string | Uint8Array, EventSourceMessage> {
  constructor({ onRetry, onComment, maxBufferSize }: ParserStreamOptions = {}) {
    let parser: EventSourceParser;
    super({
      start(controller) {
        parser = createParser({
          onEvent: (event) => controller.enqueue(event),
          onError: (error) => controller.error(error),
          onRetry,
          onComment,
          maxBufferSize,
        });
      },
      transform: (chunk) => parser.feed(chunk),
    });
  }
}
