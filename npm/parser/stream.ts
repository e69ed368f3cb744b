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
 * Options of the stream: those of a parser without `onEvent`, because the events are the chunks of the stream.
 *
 * @example
 * const options: StreamOptions = { onId: (id) => console.log("id", id), onError: "terminate", maxBufferSize: 2 ** 20 };
 * const events = response.body!.pipeThrough(new EventSourceParserStream(options));
 * for await (const { data } of events) console.log(data);
 */
export interface StreamOptions extends Pick<ParserConfig, "onId" | "onRetry" | "onComment" | "maxBufferSize"> {
  /**
   * A callback for errors, or `"terminate"` to fail the stream with the first error. An error over the limit always fails it.
   */
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
