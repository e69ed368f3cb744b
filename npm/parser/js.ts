/**
 * All exports of `eventsource-wasm/parser` and `eventsource-wasm/parser/stream`, without WebAssembly.
 *
 * @packageDocumentation
 */
export * from "../parser.js";
export * from "./stream.js";
