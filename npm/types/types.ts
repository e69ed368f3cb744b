import type { ErrorCode } from "../error/code.js";
import type { DecodeError, EventSourceError } from "../error/errors.js";
import type { ServerSentEvent } from "../event/event.js";
import type { BodyInit, HeadersInit } from "./platform.js";
import type { StandardSchema } from "./standard-schema.js";

export type { ErrorCode, ResponseHead } from "../error/code.js";
export type { ServerSentEvent } from "../event/event.js";

declare global {
  // TypeScript's own library has these declarations from version 5.2 on. Not every project uses that version; both declarations
  // merge.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
  interface Disposable {
    /** Called at the end of the block of `using`. */
    [Symbol.dispose](): void;
  }
  interface AsyncDisposable {
    /** Called at the end of the block of `await using`. */
    [Symbol.asyncDispose](): PromiseLike<void>;
  }
}

/**
 * The vocabulary that `EventSource`, `FetchEventSource` and `events()` share.
 *
 * Times are in milliseconds, sizes in bytes.
 */

/**
 * The payload type of each event name. An event without an `event` field has the name `message`.
 *
 * @example
 * type Feed = { update: { percent: number }; message: string };
 *
 * const source = new FetchEventSource<Feed>("/events", { decode: { update: "json" } });
 * source.on("update", ({ percent }) => console.log(percent));
 */
export type EventMap = object;

/**
 * The event map when none is given: any name, and payloads as text.
 *
 * @example
 * const source: FetchEventSource<AnyEvents> = new FetchEventSource("/events");
 * source.on("update", (text) => console.log(JSON.parse(text)));
 */
export type AnyEvents = Record<string, string>;

/**
 * The names in an event map, and any other string: a server may always send events that are not in the map.
 *
 * @example
 * const names: EventName<{ update: object; message: string }>[] = ["update", "message", "done"];
 * for (const name of names) source.on(name, (_, { type }) => console.log(type));
 */
export type EventName<M extends EventMap> = (keyof M & string) | (string & {});

/**
 * The payload of the event `K` in the event map `M`. The payload of an unknown name is text.
 *
 * @example
 * type Feed = { update: { percent: number }; message: string };
 *
 * const show = ({ percent }: Payload<Feed, "update">) => console.log(percent);
 * source.on("update", show);
 */
export type Payload<M extends EventMap, K> = K extends keyof M ? M[K] : string;

/**
 * The union of all events of an event map, to be narrowed by `event.type`. Other events, which a server may send, are not in
 * the union: they would prevent the narrowing.
 *
 * @example
 * function onEvent(event: EventOf<{ update: { percent: number }; message: string }>) {
 *   if (event.type === "update") console.log(event.data.percent);
 * }
 * source.onAny(onEvent);
 */
export type EventOf<M extends EventMap> = {
  [K in keyof M & string]: ServerSentEvent<K, M[K]>;
}[keyof M & string];

/**
 * An async iterator of events, for `for await` loops.
 *
 * @example
 * const answer: EventIterator<ServerSentEvent> = events("/chat", { body: "hello", until: "[DONE]" });
 * for await (const { data } of answer) console.log(data);
 */
export interface EventIterator<T> extends AsyncIterator<T, undefined> {
  /** The iterator itself. */
  [Symbol.asyncIterator](): EventIterator<T>;
}

/**
 * The result of `on()`: call it, or dispose of it (`using`), to stop listening.
 *
 * @example
 * using subscription = source.on("update", show); // to the end of this block
 * await source.closed;
 */
export interface Subscription extends Disposable {
  (): void;
}

/**
 * Options of `on()` and `onAny()`.
 *
 * @example
 * source.on("update", show, { once: true, signal: controller.signal, onError: ({ data, cause }) => log(data, cause) });
 */
export interface OnOptions {
  /** Stop after the first event. */
  once?: boolean | undefined;
  /** Stop when this signal aborts. */
  signal?: AbortSignal | undefined;
  /** Called in place of the listener when a payload does not decode. Such an event does not count for `once`. */
  onError?: ((error: DecodeError) => void) | undefined;
}

/**
 * How an iterator handles a payload that does not decode: it throws the `DecodeError`, skips the event, or yields an
 * `UndecodedEvent` in its place.
 *
 * After a throw the stream is still open: `next()`, or another loop over the same iterator, continues after the event. A loop
 * that ends by an error does not notify its iterator, so the stream closes if nobody has asked for another event when the event
 * loop turns.
 *
 * @example
 * for await (const event of events("/feed", { decode: "json", onDecodeError: "yield" })) {
 *   if ("error" in event) console.warn(event.error.data);
 *   else console.log(event.data);
 * }
 */
export type OnDecodeError = "throw" | "skip" | "yield";

/**
 * The item that an iterator yields in place of an event whose payload does not decode. Recognize it by its `error`, which no
 * event has: a server may name an event `decodeerror` too.
 *
 * @example
 * const warn = ({ error, lastEventId }: UndecodedEvent) => console.warn(error.type, error.data, lastEventId);
 *
 * for await (const event of source.events({ onDecodeError: "yield" })) {
 *   if ("error" in event) warn(event);
 * }
 */
export interface UndecodedEvent {
  /** Always `decodeerror`. The name of the event is `error.type`. */
  readonly type: "decodeerror";
  /** The error, with the name and the data of the event. */
  readonly error: DecodeError;
  /** The last event ID at this event. */
  readonly lastEventId: string;
}

/**
 * Options of the iterator that `source.events()` makes.
 *
 * @example
 * for await (const event of source.events({ signal: controller.signal })) console.log(event.data);
 */
export interface IterateOptions {
  /** How to handle a payload that does not decode. Default `"skip"`: the source dispatches a `decodeerror` event. */
  onDecodeError?: OnDecodeError | undefined;
  /** A signal whose abort ends the loop, but not the source. */
  signal?: AbortSignal | undefined;
}

/** The item that `onDecodeError` adds to the events of an iterator. */
export type Undecoded<O extends OnDecodeError | undefined> = O extends "yield" ? UndecodedEvent : never;

/**
 * Makes a payload from the data of an event. A function gets the text as its only argument, so `JSON.parse` is a decoder.
 * `"json"` means `JSON.parse`. A Standard Schema gets the parsed JSON, and its output is the payload.
 *
 * @example
 * const length: Decoder<number> = (data) => data.length;
 * const update: Decoder<{ percent: number }> = z.object({ percent: z.number() });
 * const source = new FetchEventSource("/events", { decode: { message: length, update } });
 * source.onAny(({ type, data }) => console.log(type, data));
 */
export type Decoder<T> = "json" | ((data: string) => T) | StandardSchema<T>;

/** The type of the payload that a decoder makes: `unknown` for `"json"`. */
export type Decoded<D> =
  D extends StandardSchema<infer T> ? T : D extends (data: string) => infer T ? T : D extends "json" ? unknown : string;

/** The event names whose payload is not text, so that it must be decoded. */
type Undecodable<M extends EventMap> = { [K in keyof M & string]: M[K] extends string ? never : K }[keyof M & string];

/**
 * The option `decode`: one decoder for all events, or one per event name.
 *
 * @example
 * type Feed = { update: { percent: number }; message: string };
 *
 * const decode: Decode<Feed> = { update: "json" };
 * const source = new FetchEventSource<Feed>("/events", { decode });
 * source.on("update", ({ percent }) => console.log(percent));
 */
export type Decode<M extends EventMap> =
  | Decoder<M[keyof M]>
  | ({ [K in Undecodable<M>]: Decoder<M[K]> } & { [K in Exclude<keyof M & string, Undecodable<M>>]?: Decoder<M[K]> });

/** A `decode` from which the event map can be inferred. */
export type AnyDecode = Decoder<unknown> | { readonly [name: string]: Decoder<unknown> | undefined };

/**
 * The event map that follows from a `decode`, so that nobody writes it twice. `message` is in it, because any server may send
 * messages.
 *
 * @example
 * const decode = { update: z.object({ percent: z.number() }) };
 * type Feed = DecodedEvents<typeof decode>; // { update: { percent: number }; message: string }
 *
 * const source: FetchEventSource<Feed> = new FetchEventSource("/events", { decode });
 * source.on("update", ({ percent }) => console.log(percent));
 */
export type DecodedEvents<D extends AnyDecode> =
  D extends Decoder<unknown>
    ? Record<string, Decoded<D>>
    : { [K in (keyof D & string) | "message"]: K extends keyof D ? Decoded<D[K]> : string };

declare const inferred: unique symbol;

/** A placeholder for an event map that is inferred from `decode`. */
export interface Inferred {
  readonly [inferred]: true;
}

/** The event map of a source with the type arguments `M`, `D` and `N`. If `M` has no names, as `object`, `D` and `N` make the map. */
export type EventsOf<M extends EventMap, D, N extends string = NameOf<M>> = [keyof M & string] extends [never]
  ? string extends N
    ? Unnamed<D>
    : { [K in N | "message"]: Payload<Unnamed<D>, K> }
  : M;

/** The event map of a `decode` that may be missing, without `eventNames`. */
type Unnamed<D> = AnyDecode extends D ? AnyEvents : D extends AnyDecode ? DecodedEvents<D> : AnyEvents;

/** The `eventNames` that an event map allows: any strings without a map. */
export type NameOf<M extends EventMap> = [keyof M & string] extends [never] ? string : (keyof M & string) | "message";

/** The `decode` that an event map requires: any without a map. */
export type DecodeOf<M extends EventMap> = [keyof M & string] extends [never] ? AnyDecode : Decode<M>;

/**
 * The options of a constructor or of `events()`. They are optional, unless the event map has payloads that must be decoded. A
 * function with these type parameters infers the event map as the constructor does.
 *
 * @example
 * function connect<M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
 *   url: string,
 *   ...init: OptionsFor<M, D, FetchEventSourceInit, N>
 * ) {
 *   return new FetchEventSource<M, D, N>(url, ...init);
 * }
 * connect("/events", { decode: { update: (text) => text.length } }).on("update", (length) => console.log(length.toFixed()));
 */
export type OptionsFor<M extends EventMap, D, Options, N extends string = NameOf<M>> = [Undecodable<M>] extends [never]
  ? [options?: (Omit<Options, keyof DecodeOptions> & DecodeOptions<M, D, N>) | null]
  : [options: Omit<Options, keyof DecodeOptions> & DecodeOptions<M, D, N>];

/**
 * How a source ended, as data. The promise `source.closed` resolves with it, and never rejects.
 *
 * @example
 * const end = await source.closed;
 * if ("error" in end) console.log(end.code, end.error.status);
 */
export type End =
  /** The user ended it: `close()`, `break` out of an iterator, or disposal. */
  | { readonly code: "closed" }
  /**
   * The `signal` aborted, or the request of a given response or stream, by `abort()` or `AbortSignal.timeout()`. `cause` is the
   * reason. With another reason, such as `abort("enough")`, the abort of that request looks like a failure of the stream: give
   * the signal as the option, too.
   */
  | { readonly code: "aborted"; readonly cause: unknown }
  /** The event that `until` describes arrived, or the one request of `events()` ended cleanly. */
  | { readonly code: "complete" }
  /** The connection failed for good. */
  | { readonly code: ErrorCode; readonly error: EventSourceError };

/**
 * The failure that a `retry` function decides on.
 *
 * @example
 * const retry = ({ attempt, retryAfter = 0 }: RetryContext) => Math.max(retryAfter, 100 * 2 ** attempt);
 * const source = new FetchEventSource("/events", { retry });
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface RetryContext extends RequestContext {
  /** The code of the failure. */
  readonly code: ErrorCode;
  /** The value of `code`, under its name in `RequestContext`. */
  readonly reason: ErrorCode;
  /**
   * Attempts in a row that failed, this one included; 1 for the first. 0 for a poll: the stream made progress and ended cleanly,
   * and the server had sent `retry`.
   */
  readonly attempt: number;
  /** The status of the response, if there was one. */
  readonly status: number | undefined;
  /** The last event ID, which the next request sends. */
  readonly lastEventId: string;
  /** The delay in milliseconds that the server asked for by `Retry-After`. */
  readonly retryAfter: number | undefined;
  /** The reconnection time in force: the server's `retry` field, else `initialDelay`. */
  readonly reconnectionTime: number;
  /** Milliseconds since the first of these attempts failed. */
  readonly elapsed: number;
}

/**
 * The answer of a `retry` function: milliseconds to wait; milliseconds and another last event ID, which is empty to start over;
 * or `"stop"`.
 *
 * @example
 * // The ID may be too old: each time from the beginning.
 * const retry = ({ reconnectionTime }: RetryContext): RetryDecision => ({ delay: reconnectionTime, lastEventId: "" });
 * const source = new FetchEventSource("/events", { retry });
 * source.onmessage = ({ data }) => console.log(data);
 */
export type RetryDecision =
  | number
  | {
      /** Milliseconds to wait. */
      readonly delay: number;
      /** The `Last-Event-ID` of the next request; empty for none. */
      readonly lastEventId?: string | undefined;
    }
  | "stop";

/**
 * The state of a source, for user interfaces.
 *
 * @example
 * source.addEventListener("statuschange", () => {
 *   const { status } = source;
 *   if (status.state === "waiting") console.log(`again in ${Math.ceil(status.delay / 1000)} s`);
 *   else if (status.state === "closed") console.log(status.end.code);
 *   else console.log(status.state);
 * });
 */
export type SourceStatus =
  | {
      /**
       * `connecting`: a request is under way. `open`: events are delivered as they arrive. `paused`: the user or a hidden page
       * paused the source.
       */
      readonly state: "connecting" | "open" | "paused";
    }
  | {
      /** The connection was lost, and the source waits before the next request. */
      readonly state: "waiting";
      /** Milliseconds from now until the next request. */
      readonly delay: number;
    }
  | {
      /** The source is closed for good. */
      readonly state: "closed";
      /** How the source ended. */
      readonly end: End;
    };

/**
 * When a source reconnects after a failure.
 *
 * @example
 * const retry: RetryOptions = { initialDelay: 1000, jitter: true, maxAttempts: 10 };
 * const source = new FetchEventSource("/events", { retry });
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface RetryOptions {
  /** Delay before the first reconnect, until the server sends `retry`. Default 3000. */
  initialDelay?: number | undefined;
  /**
   * The delay at which the backoff stops growing. Default 30,000. A longer `initialDelay`, or a longer `retry` of the server,
   * still applies.
   */
  maxDelay?: number | undefined;
  /** Growth per failed attempt. Default 2; 1 for none. */
  factor?: number | undefined;
  /**
   * Draw each delay uniformly from 0 to its value ("full jitter"). If the server asks for a delay by `retry` or `Retry-After`,
   * no drawn delay is shorter. Default false.
   */
  jitter?: boolean | undefined;
  /** Failures in a row after which the source gives up. Default: no limit. */
  maxAttempts?: number | undefined;
}

/**
 * The argument of a function that makes the URL, `method`, `headers` or `body` of a request.
 *
 * @example
 * const url = ({ attempt }: RequestContext) => `/events?attempt=${attempt}`;
 * const source = new FetchEventSource(url);
 * source.onmessage = ({ data }) => console.log(data, source.url);
 */
export interface RequestContext {
  /** Attempts in a row that failed before this one; 0 for the first request. */
  readonly attempt: number;
  /** The `Last-Event-ID` of the request; empty for none. */
  readonly lastEventId: string;
  /**
   * The reason for a repeated request: the code of the failure before it, or `"reconnect"`. `undefined` for the first request,
   * and after a page was hidden (`whenHidden`) or in the back/forward cache while the stream was open. `response` shows whether
   * a stream was open before.
   */
  readonly reason: ErrorCode | "reconnect" | undefined;
  /** The status of the response that made the request necessary, such as 401. */
  readonly status: number | undefined;
  /** The last response that opened a stream: its URL, status and headers. */
  readonly response: Response | undefined;
}

/**
 * A value, or a function that makes the value for each request.
 *
 * @example
 * const headers: PerRequest<HeadersInit> = async ({ status }) => ({ authorization: await token(status === 401) });
 * const source = new FetchEventSource("/events", { headers });
 * source.onmessage = ({ data }) => console.log(data);
 */
export type PerRequest<T> = T | ((context: RequestContext) => T | Promise<T>);

/**
 * The clock and the timers of a source. Its methods must not throw.
 *
 * @example
 * // A day in a second, for a demo.
 * const clock: Clock = {
 *   now: () => performance.now() * 86_400,
 *   setTimeout: (callback, delay) => setTimeout(callback, delay / 86_400),
 *   clearTimeout: (id) => clearTimeout(id as number),
 * };
 * const source = new FetchEventSource("/events", { clock, idleTimeout: 86_400_000 });
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface Clock {
  /** Milliseconds from a fixed moment; never goes back. */
  now(): number;
  /**
   * The time of the wall clock in milliseconds. The source detects by it that the device slept: most clocks that never go back
   * stand still during sleep.
   */
  wall?(): number;
  /** Calls back after `delay` milliseconds. `clearTimeout` takes the result. */
  setTimeout(callback: () => void, delay: number): unknown;
  /** Cancels a timer of `setTimeout`. */
  clearTimeout(id: unknown): void;
}

/** A resolved URL, or a function that makes the URL of each request. */
export type SourceUrl = string | ((context: RequestContext) => string | URL | Promise<string | URL>);

/**
 * The last event of a stream, by its name.
 *
 * @example
 * const until: LastEvent = { event: "error" };
 * for await (const { data } of events("/events", { until })) console.log(data);
 */
export interface LastEvent {
  /** The name of the event. */
  readonly event: string;
}

/**
 * Options that `FetchEventSource` and `events()` share.
 *
 * @example
 * const options: RequestOptions = { headers: { "x-client": "demo" }, connectTimeout: 10_000, until: "[DONE]" };
 * for await (const { data } of events("/chat", { ...options, body: "hello" })) console.log(data);
 */
export interface RequestOptions {
  /**
   * The method. Default `GET`, or `POST` when there is a body. A function makes it for each request, such as POST once and then
   * GET. The source then counts as a POST: nothing is sent again without `retry`. When the function returns GET or HEAD, the
   * request has no `body`.
   */
  method?: PerRequest<string> | undefined;
  /** The body, as for `fetch`. A stream can be sent only once: for repeated requests, give a function that makes the stream. */
  body?: PerRequest<BodyInit | null> | undefined;
  /**
   * Headers in addition to `Accept: text/event-stream`. A `Last-Event-ID` header counts as the option `lastEventId`. A function
   * is called for each request, and once more after a 401 or 403, unless the body is a stream.
   */
  headers?: PerRequest<HeadersInit> | undefined;
  /** A signal whose abort ends the source and its request. The reason is in `closed`. */
  signal?: AbortSignal | undefined;
  /** True means `credentials: "include"`, false means `credentials: "same-origin"`. */
  withCredentials?: boolean | undefined;
  /** The credentials mode, as for `fetch`. `withCredentials` takes precedence. Default `same-origin`. */
  credentials?: RequestInit["credentials"] | undefined;
  /** The mode, as for `fetch`. Default `cors`. */
  mode?: RequestInit["mode"] | undefined;
  /** The redirect mode, as for `fetch`. Default `follow`. */
  redirect?: RequestInit["redirect"] | undefined;
  /** The referrer, as for `fetch`. Default `about:client`. */
  referrer?: string | undefined;
  /** The referrer policy, as for `fetch`. */
  referrerPolicy?: RequestInit["referrerPolicy"] | undefined;
  /** The `Last-Event-ID` of the first request, to resume where another source stopped. */
  lastEventId?: string | undefined;
  /** The longest wait for the head of the response, in milliseconds. Default 0: no limit. */
  connectTimeout?: number | undefined;
  /**
   * The longest wait for the next byte, in milliseconds; comments count. Default 0: no limit. Firefox reports a response only
   * when its first byte has come: until then, `connectTimeout` applies.
   */
  idleTimeout?: number | undefined;
  /**
   * The longest wait for the next event or the next last event ID, in milliseconds; comments do not count. Default 0: no limit.
   */
  eventTimeout?: number | undefined;
  /** The largest size of one event in bytes. A comment that is larger is left out. Default 64 MiB. */
  maxEventSize?: number | undefined;
  /** The bytes of the body of a refused response that the error keeps. Default 64 KiB. */
  maxErrorBody?: number | undefined;
  /** Called with each comment of the stream, in order with the events. */
  onComment?: ((text: string) => void) | undefined;
  /**
   * Decides whether a 200 response with another content type than `text/event-stream`, or with none, counts as an event stream.
   * Not called for HTML, because login pages are HTML.
   */
  accept?: ((contentType: string | null) => boolean) | undefined;
  /** Whether requests have the header `Last-Event-ID`, which servers of other origins must allow (CORS). Default true. */
  lastEventIdHeader?: boolean | undefined;
  /**
   * The last event, which ends the stream and is not delivered. A string is its data, such as `[DONE]`. `{ event: "end" }` is
   * its name. A function gets each event in order, before its payload is decoded, and returns whether it is the last one. If
   * the function throws, the error is reported like the error of a listener, and the event is delivered. A stream that ends
   * without its last event is `truncated`.
   */
  until?: string | LastEvent | ((event: ServerSentEvent) => boolean) | undefined;
  /**
   * The event that means failure: a name, several names, or a function as for `until`, which is called before `until`. The
   * attempt fails with the code `event`, whatever else it delivered. The error has the event; the event is not delivered, and
   * its ID does not become the last event ID. The failure is final, unless `retry` is given.
   */
  failOn?: string | readonly string[] | ((event: ServerSentEvent) => boolean) | undefined;
  /**
   * How to handle an event that a clean end of the body cuts off before its blank line: discard it, deliver it, or fail with
   * the code `truncated`. The error has the event as `unfinished`, unless it was delivered. `until` and `failOn` get the event
   * too: a sentinel that lacks only the blank line completes the stream. Default `"discard"`, and `"error"` for `events()`.
   */
  unfinished?: "discard" | "deliver" | "error" | undefined;
  /** A replacement for the global `fetch`. Its `init.headers` are a plain object with names in lower case. */
  fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
  /** A replacement for `performance.now` and the global timers. Tests use the `TestClock` of `eventsource-wasm/testing`. */
  clock?: Clock | undefined;
}

/**
 * Options for when a source sends its request again.
 *
 * @example
 * const options: ReconnectOptions = {
 *   retry: ({ code, attempt }) => (code === "status" ? "stop" : 100 * attempt),
 *   whenHidden: "pause",
 * };
 * const source = new FetchEventSource("/events", options);
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface ReconnectOptions {
  /**
   * The number of last IDs to remember. After a reconnect, events with one of these IDs are left out, up to the first event
   * with another ID. The IDs of these events are not taken over. Default 0.
   */
  dedupe?: number | undefined;
  /**
   * Numbers, or a function that returns a `RetryDecision`. Without `retry`, a GET reconnects as the standard requires (after
   * lost connections and clean ends, not after refused responses), and a POST never reconnects. Numbers also retry 408, 425, 429,
   * 5xx, an event of `failOn`, and a function of yours, such as `headers`, that threw.
   */
  retry?: RetryOptions | ((context: RetryContext) => RetryDecision) | undefined;
  /**
   * `"session"` keeps the last event ID in the `sessionStorage` of the tab, by method and URL, so that a reload of the page
   * resumes after the last event. The stored ID takes precedence over `lastEventId`. A duplicated tab resumes after the event
   * at which it was duplicated. The option works only in a page, because workers have no `sessionStorage`, and only for a URL
   * that is a string. Default: none.
   */
  persistId?: "session" | undefined;
  /**
   * `"pause"` closes the connection while the document is hidden. There is no `error` event: the source is `CONNECTING`, and
   * reconnects at once when the document is visible. A source that is made in a hidden document waits for that too. A request
   * that may not be sent again, such as a POST without `retry`, continues. Default `"keep"`.
   */
  whenHidden?: "keep" | "pause" | undefined;
}

/**
 * Options for the names and the payloads of events. `decode` is required if a payload of the event map is not text.
 *
 * @example
 * const known = { eventNames: ["update", "done"], decode: { update: "json" } } satisfies DecodeOptions;
 * const source = new EventSource("/events", known);
 * source.onAny(({ type, data }) => console.log(type, data));
 */
export type DecodeOptions<M extends EventMap = AnyEvents, D = DecodeOf<M>, N extends string = NameOf<M>> = {
  /**
   * `"skip"`: an event with empty data reaches no decoder, no `on()` and no loop. Its ID counts, and `addEventListener` gets
   * it. Default `"decode"`.
   */
  emptyData?: "decode" | "skip" | undefined;
  /**
   * The names of the events that the server sends, in addition to `message`. A `decode` for another name is then a `TypeError`. For
   * the browser's own `EventSource`, `onAny()` and loops deliver the events of these names. The server may still send other
   * names.
   */
  eventNames?: readonly N[] | undefined;
} & ([Undecodable<M>] extends [never]
  ? {
      /** The decoders of payloads. Without `decode`, payloads are text. */
      decode?: D | undefined;
    }
  : {
      /** The decoders of payloads. Required, because a payload of the event map is not text. */
      decode: D;
    });

/**
 * Options of `FetchEventSource`.
 *
 * @example
 * const init = { withCredentials: true, idleTimeout: 60_000, retry: { jitter: true } } satisfies FetchEventSourceInit;
 * const source = new FetchEventSource("/events", init);
 * source.onmessage = ({ data }) => console.log(data);
 * @example
 * // For any event map. TypeScript infers the type of the result: `FetchEventSource<Feed>` below.
 * function connect<M extends EventMap>(url: string, init: FetchEventSourceInit<M>) {
 *   return new FetchEventSource<M>(url, { ...init, idleTimeout: 60_000 });
 * }
 * type Feed = { update: { percent: number } };
 * connect<Feed>("/events", { decode: "json" }).on("update", ({ percent }) => console.log(percent));
 */
export type FetchEventSourceInit<M extends EventMap = AnyEvents> = RequestOptions & ReconnectOptions & DecodeOptions<M>;

/**
 * Options of `events()`: one request, which is never repeated once the server has accepted it. `O` is the type of
 * `onDecodeError`. With `"yield"` in it, the stream has `UndecodedEvent`s among its events.
 *
 * @example
 * const init = { body: "hello", until: "[DONE]", onDecodeError: "skip", decode: "json" } satisfies EventsInit;
 * for await (const { data } of events("/chat", init)) console.log(data);
 */
export type EventsInit<M extends EventMap = AnyEvents, O extends OnDecodeError = "throw" | "skip"> = RequestOptions &
  DecodeOptions<M> & {
    /** How to handle a payload that does not decode. Default `"throw"`. */
    onDecodeError?: O | undefined;
  };

/**
 * Options of `FetchEventSource.fromReadableStream()`.
 *
 * @example
 * const init = { lastEventId: "7", until: "[DONE]" } satisfies ReadableStreamInit;
 * const source = FetchEventSource.fromReadableStream(response.body!, init);
 * source.onmessage = ({ data }) => console.log(data);
 */
export type ReadableStreamInit<M extends EventMap = AnyEvents> = Pick<
  RequestOptions,
  | "signal"
  | "lastEventId"
  | "idleTimeout"
  | "eventTimeout"
  | "maxEventSize"
  | "until"
  | "failOn"
  | "unfinished"
  | "onComment"
  | "clock"
> &
  DecodeOptions<M>;

/**
 * Options of `EventSource`, the wrapper over the browser's own class.
 *
 * @example
 * const init = { withCredentials: true, signal: controller.signal } satisfies EventSourceInit;
 * const source = new EventSource("/events", init);
 * source.onmessage = ({ data }) => console.log(data);
 */
export type EventSourceInit<M extends EventMap = AnyEvents> = DecodeOptions<M> & {
  /** Whether cookies are sent to other origins. Default false. */
  withCredentials?: boolean | undefined;
  /** A signal whose abort closes the source. The reason is in `closed`. */
  signal?: AbortSignal | undefined;
};
