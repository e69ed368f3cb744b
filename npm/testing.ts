/**
 * Tools for tests of code that uses this package: an event server in memory, and a clock that the test advances.
 *
 * The import changes no globals, and depends on no test runner.
 *
 * @packageDocumentation
 */
export { TestClock } from "./testing/clock.js";
export { type OpenInit, type RefuseInit, TestConnection } from "./testing/connection.js";
export type { TestEvent } from "./testing/event-stream.js";
export { TestEventServer } from "./testing/server.js";
export type { Clock } from "./types/types.js";
