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
  /** Chunks that callbacks fed, to be parsed after the current chunk. */
  #fed: (string | Uint8Array)[] = [];

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
    if (this.#flags & Border.PARSED_OVERFLOWED) {
      throw new Error("feed(): an event was too large: raise maxBufferSize, and reset()");
    }
    // A chunk that a callback feeds comes after the chunk that is being delivered.
    if (this.#isDelivering || this.#fed.length > 0) this.#fed.push(chunk);
    else this.#feed(chunk);
    while (!this.#isDelivering && this.#fed.length > 0) this.#feed(this.#fed.shift() as string | Uint8Array);
  }

  reset({ consume = false }: { consume?: boolean } = {}): void {
    if (consume && !(this.#flags & Border.PARSED_OVERFLOWED)) {
      if (this.#highSurrogate) this.#parseText("");
      if (this.#flags & Border.PARSED_WITHIN_LINE) this.#parseText("\n");
    }
    this.#fed = [];
    this.#highSurrogate = "";
    this.#engine.parser_reset(this.#stream);
    this.#room = 0;
    this.#flags = 0;
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
    memory().bytes.set(chunk, this.#address);
    this.#parse(chunk.length);
  }

  /** Parses text after the held-back half of a surrogate pair. */
  #parseText(text: string): void {
    const whole = this.#highSurrogate + text;
    this.#highSurrogate = "";
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
    if (words[at + Border.BATCH_OPERATION_COUNT_AT] !== 0) {
      this.#isDelivering = true;
      try {
        this.#reader.read(header);
      } finally {
        this.#isDelivering = false;
      }
    }
    if (this.#flags & Border.PARSED_OVERFLOWED) {
      // Frees the memory of the event, which is never delivered.
      this.#engine.parser_reset(this.#stream);
      this.#room = 0;
      const message = `an event is larger than the limit of ${this.#config.maxBufferSize} bytes: raise maxBufferSize`;
      this.#config.onError?.(new ParseError(message, { type: "max-buffer-size-exceeded" }));
    }
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
