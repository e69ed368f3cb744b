/** What the tests that run in browsers as well use of the npm package. */
export { createParser, EventSourceParserStream, FetchEventSource } from "eventsource-wasm";
