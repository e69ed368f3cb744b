/**
 * All that `eventsource-wasm` has, without WebAssembly: for service workers, extensions and other places whose policy forbids it,
 * where the main entry cannot load its JavaScript build. Larger, and slower at large events.
 *
 * @packageDocumentation
 */
export * from "./index.js";
