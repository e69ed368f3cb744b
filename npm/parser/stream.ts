/**
 * The parser as a stream, with the interface of `eventsource-parser/stream` 4.
 *
 * @packageDocumentation
 */
import { createParser } from "../parser.js";
import type { EventSourceMessage, EventSourceParser, ParserConfig } from "./types.js";

export { type ErrorType, ParseError } from "../parser.js";
export type { EventSourceMessage };

/**
 * Those of a parser, but for the events, which are what the stream is made of.
 *
 * @example
 * const options: StreamOptions = { onId: (id) => console.log("id", id), onError: "terminate", maxBufferSize: 2 ** 20 };
 * const events = response.body!.pipeThrough(new EventSourceParserStream(options));
 * for await (const { data } of events) console.log(data);
 */
export interface StreamOptions extends Pick<ParserConfig, "onId" | "onRetry" | "onComment" | "maxBufferSize"> {
  /** What to do at an error: a callback, or `"terminate"` to have the stream fail with it. One over the limit always does. */
  onError?: ("terminate" | ((error: Error) => void)) | undefined;
}

/**
 * A `TransformStream` from text or bytes to events.
 *
 * @example
 * const events = response.body!.pipeThrough(new EventSourceParserStream());
 * for await (const { event = "message", data } of events) console.log(event, data);
 */
export class EventSourceParserStream extends TransformStream<string | Uint8Array, EventSourceMessage> {
  constructor({ onError, ...config }: StreamOptions = {}) {
    let parser: EventSourceParser;
    super({
      start(controller) {
        parser = createParser({
          ...config,
          onEvent: (event) => controller.enqueue(event),
          onError(error) {
            if (typeof onError === "function") onError(error);
            if (onError === "terminate" || error.type === "max-buffer-size-exceeded") controller.error(error);
          },
        });
      },
      transform: (chunk) => parser.feed(chunk),
    });
  }
}
