/** What the tests that run in browsers as well use of the npm package. */
export { FetchEventSource } from "eventsource-wasm";
export { createParser } from "eventsource-wasm/parser";
export { EventSourceParserStream } from "eventsource-wasm/parser/stream";
