/// <reference lib="esnext.disposable" />
import type { EventSourceError } from "./errors.js";

/**
 * The vocabulary that `EventSource`, `FetchEventSource` and `events()` share.
 *
 * Times are in milliseconds, sizes in bytes.
 */

/** Payload type per event name. A message without an `event` field has the name `message`. */
export type EventMap = object;

/** The map that is used when none is given: any name, payloads as the strings that arrived. */
export type AnyEvents = Record<string, string>;

/** The names in a map, and any other string: a server may always send more than the map knows. */
export type EventName<M extends EventMap> = (keyof M & string) | (string & {});

/** The payload of the event `K` in the map `M`; an unknown name has the string that arrived. */
export type Payload<M extends EventMap, K> = K extends keyof M ? M[K] : string;

/** One event as `on()` and the iterators deliver it: a plain object, cheaper than a `MessageEvent`. */
export interface ServerSentEvent<K extends string = string, T = string> {
  /** The event's name; `message` when the server gave none. */
  readonly type: K;
  /** The payload: the `data` lines joined by line feeds, decoded if `decode` is set. */
  readonly data: T;
  /** The last event ID at this event: sticky, so it may come from an earlier one. */
  readonly lastEventId: string;
}

/** The union of all events of a map, to be narrowed by `event.type`. */
export type EventOf<M extends EventMap> = {
  [K in keyof M & string]: ServerSentEvent<K, M[K]>;
}[keyof M & string];

/** What `on()` returns: call it, or dispose of it (`using`), to stop listening. */
export interface Subscription extends Disposable {
  (): void;
}

/** Options of `on()`. */
export interface OnOptions {
  /** Stop after the first event. */
  once?: boolean | undefined;
  /** Stop when this signal aborts. */
  signal?: AbortSignal | undefined;
}

/** Makes a payload from the data string; `"json"` is `JSON.parse`. It gets the string alone, so that `JSON.parse` is one. */
export type Decoder<T> = "json" | ((data: string) => T);

/** Names whose payload is not the string that arrives, and must be decoded. */
type Decoded<M extends EventMap> = { [K in keyof M & string]: M[K] extends string ? never : K }[keyof M & string];

/** How payloads are made: by one decoder for all events, or by one per event name. */
export type Decode<M extends EventMap> =
  | Decoder<M[keyof M]>
  | ({ [K in Decoded<M>]: Decoder<M[K]> } & { [K in Exclude<keyof M & string, Decoded<M>>]?: Decoder<M[K]> });

/** The last arguments of what takes options: they are optional unless the map has payloads that must be decoded. */
export type OptionsFor<M extends EventMap, Options> = [Decoded<M>] extends [never]
  ? [options?: Options | null]
  : [options: Options & { decode: Decode<M> }];

/** Why a connection was lost, refused or ended. A closed set: switch over it. */
export type ErrorCode =
  /** `fetch` rejected or the body broke off: no network, DNS, TLS, a CORS refusal, a reset. `cause` has the original. */
  | "network"
  /** The server ended the stream cleanly. The standard reconnects after this. */
  | "ended"
  /** 204 No Content: the server asks the client to stop. */
  | "no-content"
  /** A status other than 200. `status`, `headers` and `bodyPrefix` tell more. */
  | "status"
  /** 200, but not `text/event-stream`. */
  | "content-type"
  /** No response within `connectTimeout`. */
  | "connect-timeout"
  /** No byte, not even a comment, within `idleTimeout`. */
  | "idle-timeout"
  /** One event was larger than `maxEventSize`. */
  | "event-too-large"
  /** The stream ended before the `until` sentinel. */
  | "truncated"
  /** The URL, `headers` or `body` was a function and threw, or `fetch` refused the request. `cause` has what was thrown. */
  | "request"
  /** The browser's own `EventSource` gave up, and does not say why. */
  | "unknown";

/** How a source ended, as data. `await source.closed` gives it; it never rejects. */
export type End =
  /** `close()`, `break` out of an iterator, or disposal. */
  | { readonly code: "closed" }
  /** The `signal` aborted. `cause` is its reason. */
  | { readonly code: "aborted"; readonly cause: unknown }
  /** The `until` sentinel arrived, or the one request of `events()` ended cleanly. */
  | { readonly code: "complete" }
  /** The connection failed for good. */
  | { readonly code: ErrorCode; readonly error: EventSourceError };

/** The head of the response that opened a stream. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
  /** The final URL, after redirects. */
  readonly url: string;
  readonly redirected: boolean;
}

/** What a retry function decides on. */
export interface RetryContext {
  readonly code: ErrorCode;
  /** Attempts in a row that failed, this one included; 1 for the first. */
  readonly attempt: number;
  readonly status: number | undefined;
  /** What the server asked for with `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** The reconnection time in force: the server's `retry` field, else `initialDelay`. */
  readonly reconnectionTime: number;
  /** Milliseconds since the first of these attempts failed. */
  readonly elapsed: number;
}

/** When to connect again after a failure. */
export interface RetryOptions {
  /** Delay before the first reconnect, until the server sends `retry`. Default 3000. */
  initialDelay?: number | undefined;
  /** Backoff stops growing here. Default 30,000. A longer `retry` from the server still holds. */
  maxDelay?: number | undefined;
  /** Growth per failed attempt. Default 2; 1 for none. */
  factor?: number | undefined;
  /** Draw each delay uniformly from 0 to its value ("full jitter"). Default false. */
  jitter?: boolean | undefined;
  /** Give up after so many failures in a row. Default: never. */
  maxAttempts?: number | undefined;
}

/** What a function that makes the URL, `headers` or `body` is told of the request to come. */
export interface RequestContext {
  /** Attempts in a row that failed before this one; 0 for the first request. */
  readonly attempt: number;
  readonly lastEventId: string;
  /** Why a new request is made; `undefined` for the first. */
  readonly reason: ErrorCode | undefined;
  /** The status of the response that made it necessary, such as 401. */
  readonly status: number | undefined;
}

/** A value, or a function that makes it anew for each request. */
export type PerRequest<T> = T | ((context: RequestContext) => T | Promise<T>);

/** Where a source has its time from. Its methods must not throw. */
export interface Clock {
  /** Milliseconds from a fixed moment; never goes back. */
  now(): number;
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(id: unknown): void;
}

/** Resolved, or made for each request. */
export type SourceUrl = string | ((context: RequestContext) => string | URL | Promise<string | URL>);

/** Options that `FetchEventSource` and `events()` share. */
export interface RequestOptions {
  /** Default `GET`, or `POST` when there is a body. */
  method?: string | undefined;
  body?: PerRequest<BodyInit | null> | undefined;
  /** Added to `Accept: text/event-stream`. A function is called for each request, and once more after a 401 or 403. */
  headers?: PerRequest<HeadersInit> | undefined;
  /** Aborts the request and ends the source; its reason is in `closed`. */
  signal?: AbortSignal | undefined;
  /** `credentials: "include"`. */
  withCredentials?: boolean | undefined;
  /** As for `fetch`; `withCredentials` wins. Default `same-origin`. */
  credentials?: RequestCredentials | undefined;
  mode?: RequestMode | undefined;
  redirect?: RequestRedirect | undefined;
  referrer?: string | undefined;
  referrerPolicy?: ReferrerPolicy | undefined;
  /** Sent as `Last-Event-ID` with the first request: resume where another source stopped. */
  lastEventId?: string | undefined;
  /** No response head within this time is an error. 0: no limit, the default. */
  connectTimeout?: number | undefined;
  /**
   * No byte within this time is an error; comments count as bytes. 0: no limit, the default. Firefox tells of a response
   * only once its first byte has come: until then it is `connectTimeout` that counts.
   */
  idleTimeout?: number | undefined;
  /** Bytes that one event may take. Default 64 MiB. */
  maxEventSize?: number | undefined;
  /** Data that ends the stream, such as `[DONE]`; it is not delivered. A stream that ends without it is `truncated`. */
  until?: string | undefined;
  /** Used instead of the global `fetch`. The headers in `init` are a plain object, with names in lower case. */
  fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Used instead of `performance.now` and the global timers: in tests a `TestClock` of `eventsource-wasm/testing`. */
  clock?: Clock | undefined;
}

/** How often a source may send its request, and when. */
export interface ReconnectOptions {
  /**
   * Numbers, or a function that returns milliseconds or `"stop"`. Without it a GET reconnects as the standard says (lost
   * networks and clean ends, not refused responses) and a POST never.
   */
  retry?: RetryOptions | ((context: RetryContext) => number | "stop") | undefined;
  /**
   * `"pause"`: while the document is hidden there is no connection. It is given up without an `error` event, the source is
   * `CONNECTING`, and connects again at once when the document is visible; one that is made in a hidden document waits
   * for that too. A request that may not be sent again, such as a POST without `retry`, goes on. Default `"keep"`.
   */
  whenHidden?: "keep" | "pause" | undefined;
}

/** Options of `FetchEventSource`. */
export interface FetchEventSourceInit<M extends EventMap = AnyEvents> extends RequestOptions, ReconnectOptions {
  decode?: Decode<M> | undefined;
}

/** Options of `events()`: one request, never repeated. */
export interface EventsInit<M extends EventMap = AnyEvents> extends RequestOptions {
  decode?: Decode<M> | undefined;
}

/** Options of `EventSource`, the wrapper over the browser's own. */
export interface EventSourceInit<M extends EventMap = AnyEvents> {
  withCredentials?: boolean | undefined;
  decode?: Decode<M> | undefined;
  signal?: AbortSignal | undefined;
}
