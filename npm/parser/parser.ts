import { BatchReader } from "../engine/batch.js";
import * as Border from "../engine/constants.js";
import { encodeInto } from "../engine/utf8.js";
import { memory, startEngine } from "./engine.js";
import { ParseError } from "./error.js";
import type { EventSourceParser, ParserConfig } from "./types.js";

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
  const parser = new Parser(config);
  // The functions need no `this`, as in eventsource-parser.
  return { feed: (chunk) => parser.feed(chunk), reset: (options) => parser.reset(options) };
}

/** Frees the engine's memory of parsers that are garbage-collected. Some runtimes have no `FinalizationRegistry`. */
let registry: FinalizationRegistry<number> | undefined;

/** The value that means "no limit" to the engine. */
const NO_LIMIT = 2 ** 32 - 1;

class Parser implements EventSourceParser {
  readonly #config: ParserConfig;
  readonly #reader: BatchReader;
  readonly #engine = startEngine();
  /** The engine's handle of the parser. */
  readonly #stream: number;
  /** The address in the engine's memory for the next chunk, if it fits into `#room`. */
  #address = 0;
  #room = 0;
  #flags = 0;
  /** The first half of a surrogate pair that is cut over two chunks of text. */
  #highSurrogate = "";
  #isDelivering = false;
  /** The calls of callbacks that wait for the end of the current chunk. */
  #later: (() => void)[] = [];

  constructor(config: ParserConfig) {
    this.#config = config;
    const { onEvent, onId, onRetry, onComment, onError, maxBufferSize = NO_LIMIT } = config;
    const wants = (onComment ? Border.WANTS_COMMENTS : 0) | (onError ? Border.WANTS_IGNORED : 0);
    this.#stream = this.#engine.parser_new(Math.min(maxBufferSize, NO_LIMIT), wants);
    registry ??=
      globalThis.FinalizationRegistry && new FinalizationRegistry((parser) => startEngine().parser_free(parser));
    registry?.register(this, this.#stream);
    this.#reader = new BatchReader(memory, {
      event(name, data, lastEventId, setsId) {
        const id = setsId ? lastEventId : undefined;
        if (id !== undefined) onId?.(id);
        onEvent?.({ id, event: name || undefined, data });
        return true;
      },
      id: (id) => onId?.(id),
      comment: (text) => onComment?.(text),
      retry: (time) => onRetry?.(time),
      ignored(line) {
        const error = faultOf(line);
        if (error) onError?.(error);
      },
    });
  }

  feed(chunk: string | Uint8Array): void {
    if (typeof chunk !== "string" && !isBytes(chunk)) {
      throw new TypeError("feed(): 'chunk' must be a string or a Uint8Array");
    }
    if (this.#isDelivering || this.#later.length > 0) this.#later.push(() => this.#feed(chunk));
    else this.#feed(chunk);
    this.#catchUp();
  }

  reset({ consume = false }: { consume?: boolean } = {}): void {
    // An event over the limit has no line to complete; in a callback, other events still come before it.
    if (consume && (this.#isDelivering || !this.#isOverflowed)) {
      this.#later.push(() => this.#consume());
      this.#catchUp();
    } else {
      this.#later = [];
      this.#restart();
    }
  }

  get #isOverflowed(): boolean {
    return (this.#flags & Border.PARSED_OVERFLOWED) !== 0;
  }

  #catchUp(): void {
    while (!this.#isDelivering && this.#later.length > 0) this.#later.shift()?.();
  }

  #feed(chunk: string | Uint8Array): void {
    if (this.#isOverflowed) throw new Error("feed(): an event was too large: raise maxBufferSize, and reset()");
    if (typeof chunk === "string") {
      const end = chunk.length - (isHighSurrogate(chunk.charCodeAt(chunk.length - 1)) ? 1 : 0);
      if (chunk !== "") this.#parseText(chunk.slice(0, end), chunk.slice(end));
      return;
    }
    if (this.#highSurrogate) this.#parseText("");
    this.#makeRoom(chunk.length);
    memory().bytes.set(chunk, this.#address);
    this.#parse(chunk.length);
  }

  /** Completes the last line, and begins a new stream, also if a callback throws. */
  #consume(): void {
    try {
      if (this.#highSurrogate) this.#parseText("");
      if (this.#flags & Border.PARSED_WITHIN_LINE) this.#parseText("\n");
    } finally {
      this.#restart();
    }
  }

  #restart(): void {
    this.#highSurrogate = "";
    this.#engine.parser_reset(this.#stream);
    this.#room = 0;
    this.#flags = 0;
  }

  /** Parses text after the held-back half of a surrogate pair, and holds back `half`. */
  #parseText(text: string, half = ""): void {
    const whole = this.#highSurrogate + text;
    this.#highSurrogate = half;
    this.#makeRoom(whole.length * 3);
    const room = memory().bytes.subarray(this.#address, this.#address + this.#room);
    this.#parse(encodeInto(whole, room));
  }

  #makeRoom(length: number): void {
    if (length <= this.#room) return;
    this.#address = this.#engine.parser_reserve(this.#stream, length) >>> 0;
    this.#room = length;
  }

  #parse(length: number): void {
    const header = this.#engine.parser_parse(this.#stream, length);
    const { words } = memory();
    const at = header >>> 2;
    this.#address = words[at + Border.BATCH_ROOM_AT] as number;
    this.#room = words[at + Border.BATCH_ROOM_SIZE_AT] as number;
    this.#flags = words[at + Border.BATCH_FLAGS_AT] as number;
    // A callback may reset the parser.
    const isOverflowed = this.#isOverflowed;
    if (words[at + Border.BATCH_OPERATION_COUNT_AT] === 0 && !isOverflowed) return;
    this.#isDelivering = true;
    try {
      this.#reader.read(header);
    } finally {
      this.#isDelivering = false;
      if (isOverflowed) this.#overflow();
    }
  }

  /** Frees the memory of the event over the limit, which is never delivered, and reports it. */
  #overflow(): void {
    this.#engine.parser_reset(this.#stream);
    this.#room = 0;
    const message = `an event is larger than the limit of ${this.#config.maxBufferSize} bytes: raise maxBufferSize`;
    this.#config.onError?.(new ParseError(message, { type: "max-buffer-size-exceeded" }));
  }
}

/** The reason why a line was ignored; none for an `id` with U+0000 in it. */
function faultOf(line: string): ParseError | undefined {
  const [field = "", ...rest] = line.split(":");
  const value = rest.join(":").replace(/^ /, "");
  if (field === "id") return undefined;
  if (field === "retry") {
    return new ParseError(`the value of this retry field is no number: "${value}"`, {
      type: "invalid-retry",
      value,
      line,
    });
  }
  const shown = field.length > 20 ? `${field.slice(0, 20)}…` : field;
  return new ParseError(`there is no field of this name: "${shown}"`, { type: "unknown-field", field, value, line });
}

/** Also checks the tag, not only the class: a chunk may be of another realm. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === "[object Uint8Array]";
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function checkConfig(config: unknown): void {
  if (typeof config !== "object" || config === null) {
    throw new TypeError("createParser(): 'config' must be an object, such as { onEvent: (event) => {} }");
  }
  for (const name of ["onEvent", "onId", "onRetry", "onComment", "onError"] as const) {
    const value = (config as ParserConfig)[name];
    if (value != null && typeof value !== "function") throw new TypeError(`option '${name}' must be a function`);
  }
  const { maxBufferSize } = config as ParserConfig;
  if (maxBufferSize !== undefined && !(typeof maxBufferSize === "number" && maxBufferSize >= 0)) {
    throw new TypeError("option 'maxBufferSize' must be bytes, 0 or more");
  }
}
