/**
 * The parser alone, with the interface of `eventsource-parser` 4.
 *
 * @packageDocumentation
 */
export { type ErrorType, ParseError } from "./parser/error.js";
export { createParser } from "./parser/parser.js";
export type { EventSourceMessage, EventSourceParser, ParserCallbacks, ParserConfig } from "./parser/types.js";
