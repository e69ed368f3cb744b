/**
 * For tests of code that uses this package: an event server in memory, and a clock that is put forward by hand.
 *
 * Importing it changes nothing global, and it belongs to no test runner.
 *
 * @packageDocumentation
 */
export { TestClock } from "./testing/clock.js";
export { type OpenInit, type RefuseInit, TestConnection } from "./testing/connection.js";
export type { TestEvent } from "./testing/event-stream.js";
export { TestEventServer } from "./testing/server.js";
export type { Clock } from "./types/types.js";
