/** `eventsource-wasm/parser` can replace `eventsource-parser` 4: values of the types of one are of the types of the other. */
import type * as theirs from "eventsource-parser";
import type * as theirStream from "eventsource-parser/stream";
import type * as ours from "eventsource-wasm/parser";
import type * as ourStream from "eventsource-wasm/parser/stream";

/** Compiles only if values of each type are values of the others, readonly and optional properties included. */
type Same<A extends B, B extends C, C = A> = [A, B, C];

export type Interchangeable = [
  Same<ours.EventSourceMessage, theirs.EventSourceMessage>,
  Same<ours.ErrorType, theirs.ErrorType>,
  Same<ours.ParseError, theirs.ParseError>,
  Same<typeof ours.ParseError, typeof theirs.ParseError>,
  Same<ours.ParserCallbacks, theirs.ParserCallbacks>,
  Same<ours.ParserConfig, theirs.ParserConfig>,
  Same<ours.EventSourceParser, theirs.EventSourceParser>,
  Same<typeof ours.createParser, typeof theirs.createParser>,
  Same<ourStream.EventSourceMessage, theirStream.EventSourceMessage>,
  Same<ourStream.ErrorType, theirStream.ErrorType>,
  Same<ourStream.ParseError, theirStream.ParseError>,
  Same<ourStream.StreamOptions, theirStream.StreamOptions>,
  Same<ourStream.EventSourceParserStream, theirStream.EventSourceParserStream>,
  Same<typeof ourStream.EventSourceParserStream, typeof theirStream.EventSourceParserStream>,
];

declare const parser: ours.EventSourceParser;
parser.feed(new Uint8Array());
// @ts-expect-error: text or bytes
parser.feed(42);
declare const Stream: typeof ourStream.EventSourceParserStream;
new Response("").body?.pipeThrough(new Stream());
new Response("").body?.pipeThrough(new TextDecoderStream()).pipeThrough(new Stream({ onError: "terminate" }));
