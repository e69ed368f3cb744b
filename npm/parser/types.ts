import type { ParseError } from "./error.js";

/**
 * An event of the stream.
 *
 * @example
 * const show = ({ event = "message", data }: EventSourceMessage) => console.log(event, data);
 * createParser({ onEvent: show }).feed("event: update\ndata: 50\n\n");
 */
export interface EventSourceMessage {
  /** The event's name; `undefined` when it has none. */
  event?: string | undefined;
  /** The `id` field of this event; `undefined` when it has none. */
  id?: string | undefined;
  /** The `data` lines, joined by line feeds. */
  data: string;
}

/**
 * The callbacks of a parser, which it calls in the order of the stream.
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
  /** Called at the end of a block with data. */
  onEvent?: ((event: EventSourceMessage) => void) | undefined;
  /** Called at the end of a block with a valid `id`, with data or without, before `onEvent`. A reconnect sends this ID. */
  onId?: ((id: string) => void) | undefined;
  /** Called with the milliseconds of a valid `retry` field. */
  onRetry?: ((retry: number) => void) | undefined;
  /** Called with the text of a comment line, after the colon and one space. */
  onComment?: ((comment: string) => void) | undefined;
  /** Called for a line that the standard ignores, and for an event over the limit. */
  onError?: ((error: ParseError) => void) | undefined;
}

/**
 * The callbacks of a parser, and its limit.
 *
 * @example
 * const config: ParserConfig = { maxBufferSize: 2 ** 16, onError: ({ type }) => console.warn(type) };
 * createParser(config).feed(`data: ${"x".repeat(2 ** 17)}`); // max-buffer-size-exceeded
 */
export interface ParserConfig extends ParserCallbacks {
  /**
   * The bytes of UTF-8 that an unfinished line and the data before it may take. Beyond the limit, the parser reports an error
   * of the type `max-buffer-size-exceeded`, and `feed` throws until `reset`. Default: no limit.
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
   * Parses a chunk of text or of UTF-8 bytes, cut anywhere, and calls back for each line and event that it completes. A chunk
   * that a callback feeds is parsed after the current chunk. The content of a stream never makes `feed` throw, except after an
   * event over the limit, until `reset`.
   *
   * @throws {TypeError} when the chunk is neither text nor bytes.
   */
  feed(chunk: string | Uint8Array): void;
  /**
   * Begins a new stream, and discards the unfinished event. With `consume`, its last line counts as complete first. A callback
   * may call it: the complete events of the current chunk are still delivered. With `consume`, the last line of the chunk comes
   * next, and then the chunks that were fed after the call.
   *
   * @example
   * const parser = createParser({ onEvent: ({ data }) => console.log(data) });
   * parser.feed("data: broken o");
   * parser.reset();
   * parser.feed("data: hello\n\n"); // hello
   */
  reset(options?: { consume?: boolean }): void;
}
