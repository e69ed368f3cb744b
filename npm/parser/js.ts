/**
 * All that `eventsource-wasm/parser` and `eventsource-wasm/parser/stream` have, without WebAssembly.
 *
 * @packageDocumentation
 */
export * from "../parser.js";
export * from "./stream.js";
