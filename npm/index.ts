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
export { SchemaError, type SchemaIssue, type SchemaResult, type StandardSchema } from "./schema.js";
export type * from "./types.js";

/** @internal For `eventsource-wasm/fetch-event-source`, which is on the same engine: a module of its own for both compresses worse. */
export { mayResend as _mayResend } from "./client.js";
/** @internal */
export { report as _report } from "./errors.js";
/** @internal */
export { resolveUrl as _resolveUrl } from "./options.js";
/** @internal */
export { Session as _Session } from "./session.js";
