/**
 * All exports of `eventsource-wasm`, without WebAssembly. For service workers, extensions and other places whose policy forbids
 * WebAssembly, where the main entry cannot load its JavaScript build. This entry is larger, and slower at large events.
 *
 * @packageDocumentation
 */
export * from "./index.js";
