/**
 * Server-Sent Events for the browser.
 *
 * @packageDocumentation
 */
export { DecodeError, DecodeErrorEvent, EventSourceError, OpenEvent, SourceErrorEvent } from "./errors.js";
export { EventSource, type EventSourceEvents } from "./event-source.js";
export { type EventStream, type EventsInput, events } from "./events.js";
export { FetchEventSource, type FetchEventSourceEvents, type ServerErrorEvent } from "./fetch-event-source.js";
export type * from "./types.js";
