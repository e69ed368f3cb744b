/**
 * Server-Sent Events for the browser.
 *
 * @packageDocumentation
 */

export { SchemaError } from "./decode/schema.js";
export { DecodeError, DecodeErrorEvent, EventSourceError, OpenEvent, SourceErrorEvent } from "./error/errors.js";
export { type EventStream, type EventsInput, events } from "./events/events.js";
/** @internal */
export * from "./internal.js";
export {
  type EventSourceConstructor,
  type FetchEventSourceConstructor,
  TypedEventSource as EventSource,
  TypedFetchEventSource as FetchEventSource,
} from "./source/constructors.js";
export type { EventSourceEvents } from "./source/event-source.js";
export type { FetchEventSourceEvents, ServerErrorEvent } from "./source/fetch-event-source.js";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./types/standard-schema.js";
export type * from "./types/types.js";
