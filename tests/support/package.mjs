/** The parts of the npm package that tests use in Node.js and in browsers. */
export { FetchEventSource } from "eventsource-wasm";
export { createParser } from "eventsource-wasm/parser";
export { EventSourceParserStream } from "eventsource-wasm/parser/stream";
