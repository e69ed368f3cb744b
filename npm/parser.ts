import { Batch, COMMENT, EVENT_WITH_ID, RETRY } from "./batch.js";
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

class Parser implements EventSourceParser {
  readonly #config: ParserConfig;
  readonly #engine: StreamParser;
  /** The first half of a surrogate pair that is cut over two chunks of text. */
  #highSurrogate = "";

  constructor(config: ParserConfig) {
    this.#config = config;
    this.#engine = startParser(config.maxBufferSize);
  }

  feed(chunk: string | Uint8Array): void {
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) {
      throw new TypeError("feed(): 'chunk' must be a string or a Uint8Array");
    }
    if (this.#engine.overflowed) throw this.#error();
    if (typeof chunk !== "string") {
      if (this.#highSurrogate) this.#parse(encoder.encode(this.#takeHighSurrogate()));
      this.#parse(chunk);
      return;
    }
    const text = this.#takeHighSurrogate() + chunk;
    const end = isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
    this.#highSurrogate = text.slice(end);
    this.#parse(encoder.encode(text.slice(0, end)));
  }

  reset({ consume = false }: { consume?: boolean | undefined } = {}): void {
    if (consume && !this.#engine.overflowed) {
      this.#parse(encoder.encode(this.#takeHighSurrogate()));
      if (this.#engine.isWithinLine) this.#parse(encoder.encode("\n"));
    }
    this.#highSurrogate = "";
    this.#engine.reset();
  }

  get lastEventId(): string {
    return this.#engine.lastEventId;
  }

  #parse(bytes: Uint8Array): void {
    const address = this.#engine.reserve(bytes.length);
    new Uint8Array(memory(), address, bytes.length).set(bytes);
    this.#deliver(new Batch(this.#engine.parse()));
    if (this.#engine.overflowed) this.#config.onError?.(this.#error());
  }

  #takeHighSurrogate(): string {
    const half = this.#highSurrogate;
    this.#highSurrogate = "";
    return half;
  }

  #deliver(batch: Batch): void {
    const { onEvent, onRetry, onComment } = this.#config;
    for (let row = 0; row < batch.length; row++) {
      const kind = batch.kind(row);
      if (kind === RETRY) onRetry?.(batch.retry(row));
      else if (kind === COMMENT) onComment?.(batch.data(row));
      else {
        const lastEventId = batch.lastEventId(row);
        const id = kind === EVENT_WITH_ID ? lastEventId : undefined;
        onEvent?.({ event: batch.name(row) || undefined, id, data: batch.data(row), lastEventId });
      }
    }
  }

  #error(): ParseError {
    return new ParseError(this.#config.maxBufferSize ?? Number.POSITIVE_INFINITY);
  }
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
