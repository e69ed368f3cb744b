/**
 * Server-Sent Events for the browser.
 *
 * @packageDocumentation
 */

export {
  type EventSourceConstructor,
  type FetchEventSourceConstructor,
  TypedEventSource as EventSource,
  TypedFetchEventSource as FetchEventSource,
} from "./constructors.js";
export { DecodeError, DecodeErrorEvent, EventSourceError, OpenEvent, SourceErrorEvent } from "./errors.js";
export type { EventSourceEvents } from "./event-source.js";
export { type EventStream, type EventsInput, events } from "./events.js";
export type { FetchEventSourceEvents, ServerErrorEvent } from "./fetch-event-source.js";
/** @internal */
export * from "./internal.js";
export { SchemaError, type SchemaIssue, type SchemaResult, type StandardSchema } from "./schema.js";
export type * from "./types.js";
