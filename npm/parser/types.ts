import type { ParseError } from "./error.js";

/**
 * An event.
 *
 * @example
 * const show = ({ event = "message", data }: EventSourceMessage) => console.log(event, data);
 * createParser({ onEvent: show }).feed("event: update\ndata: 50\n\n");
 */
export interface EventSourceMessage {
  /** The event's name; `undefined` when the stream gave none. */
  event?: string | undefined;
  /** The `id` field of this event; `undefined` when it had none. */
  id?: string | undefined;
  /** The `data` lines, joined by line feeds. */
  data: string;
}

/**
 * What a parser calls, in the order of the stream.
 *
 * @example
 * const callbacks: ParserCallbacks = {
 *   onId: (id) => console.log("id", id),
 *   onRetry: (retry) => console.log("retry", retry),
 *   onComment: (comment) => console.log("comment", comment),
 * };
 * createParser(callbacks).feed(": hello\nid: 7\nretry: 3000\n\n");
 */
export interface ParserCallbacks {
  /** At the end of a block with data. */
  onEvent?: ((event: EventSourceMessage) => void) | undefined;
  /** At the end of a block with a valid `id`, with data or without, and before `onEvent`: what a reconnect is to send. */
  onId?: ((id: string) => void) | undefined;
  /** A valid `retry` field, in milliseconds. */
  onRetry?: ((retry: number) => void) | undefined;
  /** A comment line: what follows the colon and one space. */
  onComment?: ((comment: string) => void) | undefined;
  /** A line that the standard ignores, or too large an event. */
  onError?: ((error: ParseError) => void) | undefined;
}

/**
 * What a parser calls, and its limit.
 *
 * @example
 * const config: ParserConfig = { maxBufferSize: 2 ** 16, onError: ({ type }) => console.warn(type) };
 * createParser(config).feed(`data: ${"x".repeat(2 ** 17)}`); // max-buffer-size-exceeded
 */
export interface ParserConfig extends ParserCallbacks {
  /**
   * Bytes of UTF-8 that an unfinished line and the data before it may take. Beyond it comes an error of the type
   * `max-buffer-size-exceeded`, and `feed` throws until `reset`. Default: no limit.
   */
  maxBufferSize?: number | undefined;
}

/**
 * A parser of `text/event-stream`.
 *
 * @example
 * const parser: EventSourceParser = createParser({ onEvent: ({ data }) => console.log(data) });
 * for (const chunk of ["data: he", "llo\n", "\n"]) parser.feed(chunk);
 */
export interface EventSourceParser {
  /**
   * Parses a chunk of text or of bytes in UTF-8, cut anywhere, and calls back for what it completes. Never throws for what
   * a stream contains, unless an event was over the limit and the parser has not been reset.
   *
   * @throws {TypeError} when the chunk is neither text nor bytes.
   */
  feed(chunk: string | Uint8Array): void;
  /**
   * Begins a new stream. The unfinished event is discarded; with `consume`, its last line counts as complete first.
   *
   * @example
   * const parser = createParser({ onEvent: ({ data }) => console.log(data) });
   * parser.feed("data: broken o");
   * parser.reset();
   * parser.feed("data: hello\n\n"); // hello
   */
  reset(options?: { consume?: boolean }): void;
}
