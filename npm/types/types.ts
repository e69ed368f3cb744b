import type { ErrorCode } from "../error/code.js";
import type { DecodeError, EventSourceError } from "../error/errors.js";
import type { ServerSentEvent } from "../event/event.js";
import type { BodyInit, HeadersInit } from "./platform.js";
import type { StandardSchema } from "./standard-schema.js";

export type { ErrorCode, ResponseHead } from "../error/code.js";
export type { ServerSentEvent } from "../event/event.js";

declare global {
  // As in TypeScript's own library from 5.2 on, which not every project has: these declarations merge with it.
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
 * Payload type per event name. A message without an `event` field has the name `message`.
 *
 * @example
 * type Feed = { update: { percent: number }; message: string };
 *
 * const source = new FetchEventSource<Feed>("/events", { decode: { update: "json" } });
 * source.on("update", ({ percent }) => console.log(percent));
 */
export type EventMap = object;

/**
 * The map that is used when none is given: any name, payloads as the strings that arrived.
 *
 * @example
 * const source: FetchEventSource<AnyEvents> = new FetchEventSource("/events");
 * source.on("update", (text) => console.log(JSON.parse(text)));
 */
export type AnyEvents = Record<string, string>;

/**
 * The names in a map, and any other string: a server may always send more than the map knows.
 *
 * @example
 * const names: EventName<{ update: object; message: string }>[] = ["update", "message", "done"];
 * for (const name of names) source.on(name, (_, { type }) => console.log(type));
 */
export type EventName<M extends EventMap> = (keyof M & string) | (string & {});

/**
 * The payload of the event `K` in the map `M`; an unknown name has the string that arrived.
 *
 * @example
 * type Feed = { update: { percent: number }; message: string };
 *
 * const show = ({ percent }: Payload<Feed, "update">) => console.log(percent);
 * source.on("update", show);
 */
export type Payload<M extends EventMap, K> = K extends keyof M ? M[K] : string;

/**
 * The union of all events of a map, to be narrowed by `event.type`. A server may send others, whose payload is text: they
 * are not in the union, which nothing could narrow with them in it.
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
 * What a `for await` loop reads.
 *
 * @example
 * const answer: EventIterator<ServerSentEvent> = events("/chat", { body: "hello", until: "[DONE]" });
 * for await (const { data } of answer) console.log(data);
 */
export interface EventIterator<T> extends AsyncIterator<T, undefined> {
  /** Itself. */
  [Symbol.asyncIterator](): EventIterator<T>;
}

/**
 * What `on()` returns: call it, or dispose of it (`using`), to stop listening.
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
  /** Called instead of the listener when a payload does not decode; it does not count for `once`. */
  onError?: ((error: DecodeError) => void) | undefined;
}

/**
 * What an iterator does with a payload that does not decode: throw the `DecodeError`, skip the event, or yield an
 * `UndecodedEvent` in its place.
 *
 * After a throw the stream is still there: `next()`, or another loop over the same iterator, goes on behind the event. As a
 * loop that throws does not say whether it is left for good, the stream is closed if nobody has asked for more when the
 * event loop turns.
 *
 * @example
 * for await (const event of events("/feed", { decode: "json", onDecodeError: "yield" })) {
 *   if ("error" in event) console.warn(event.error.data);
 *   else console.log(event.data);
 * }
 */
export type OnDecodeError = "throw" | "skip" | "yield";

/**
 * Stands among the events of an iterator for one whose payload does not decode. It has an `error`, which no event has, should
 * the server send events that it names `decodeerror`.
 *
 * @example
 * const warn = ({ error, lastEventId }: UndecodedEvent) => console.warn(error.type, error.data, lastEventId);
 *
 * for await (const event of source.events({ onDecodeError: "yield" })) {
 *   if ("error" in event) warn(event);
 * }
 */
export interface UndecodedEvent {
  /** Always this: the name that the server gave is `error.type`. */
  readonly type: "decodeerror";
  /** It has the event's name and its data. */
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
  /** Default `"skip"`: the source tells by its `decodeerror` event. */
  onDecodeError?: OnDecodeError | undefined;
  /** Ends the loop when it aborts, but not the source. */
  signal?: AbortSignal | undefined;
}

/** What is added to the union of an iterator by `onDecodeError`. */
export type Undecoded<O extends OnDecodeError | undefined> = O extends "yield" ? UndecodedEvent : never;

/**
 * Makes a payload from the data string: a function, which gets the string alone, so that `JSON.parse` is one; `"json"`,
 * which is `JSON.parse`; or a Standard Schema, which gets what `JSON.parse` makes, and whose output is the payload.
 *
 * @example
 * const length: Decoder<number> = (data) => data.length;
 * const update: Decoder<{ percent: number }> = z.object({ percent: z.number() });
 * const source = new FetchEventSource("/events", { decode: { message: length, update } });
 * source.onAny(({ type, data }) => console.log(type, data));
 */
export type Decoder<T> = "json" | ((data: string) => T) | StandardSchema<T>;

/** The payload that a decoder makes. `"json"` says nothing of it. */
export type Decoded<D> =
  D extends StandardSchema<infer T> ? T : D extends (data: string) => infer T ? T : D extends "json" ? unknown : string;

/** Names whose payload is not the string that arrives, and must be decoded. */
type Undecodable<M extends EventMap> = { [K in keyof M & string]: M[K] extends string ? never : K }[keyof M & string];

/**
 * How payloads are made: by one decoder for all events, or by one per event name.
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

/** A `decode` that says by itself what the events are. */
export type AnyDecode = Decoder<unknown> | { readonly [name: string]: Decoder<unknown> | undefined };

/**
 * The map of the events that a `decode` is for, so that it need not be written twice. Messages are in it, as any server may
 * send them.
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

/** Stands for a map of events that is not given, but inferred from `decode`. */
export interface Inferred {
  readonly [inferred]: true;
}

/** The map of events of what was made with the type arguments `M`, `D` and `N`. */
export type EventsOf<M extends EventMap, D, N extends string = NameOf<M>> = M extends Inferred
  ? string extends N
    ? Unnamed<D>
    : { [K in N | "message"]: Payload<Unnamed<D>, K> }
  : M;

/** The map of a `decode` that may not be there, where no names are known besides. */
type Unnamed<D> = AnyDecode extends D ? AnyEvents : D extends AnyDecode ? DecodedEvents<D> : AnyEvents;

/** The `eventNames` that a given map allows; without a map, any. */
export type NameOf<M extends EventMap> = M extends Inferred ? string : (keyof M & string) | "message";

/** The `decode` that a given map asks for; without a map, any. */
export type DecodeOf<M extends EventMap> = M extends Inferred
  ? AnyDecode
  : Decode<M> extends infer D extends AnyDecode
    ? D
    : never;

/** The last arguments of what takes options: they are optional unless the map has payloads that must be decoded. */
export type OptionsFor<M extends EventMap, D, Options, N extends string = NameOf<M>> = [Undecodable<M>] extends [never]
  ? [options?: (Known<Options, N> & { decode?: D | undefined }) | null]
  : [options: Known<Options, N> & { decode: D }];

type Known<Options, N extends string> = Omit<Options, keyof DecodeOptions> & { eventNames?: readonly N[] | undefined };

/**
 * How a source ended, as data. `await source.closed` gives it; it never rejects.
 *
 * @example
 * const end = await source.closed;
 * if ("error" in end) console.log(end.code, end.error.status);
 */
export type End =
  /** `close()`, `break` out of an iterator, or disposal. */
  | { readonly code: "closed" }
  /** The `signal` aborted. `cause` is its reason. */
  | { readonly code: "aborted"; readonly cause: unknown }
  /** What `until` waits for arrived, or the one request of `events()` ended cleanly. */
  | { readonly code: "complete" }
  /** The connection failed for good. */
  | { readonly code: ErrorCode; readonly error: EventSourceError };

/**
 * What a retry function decides on.
 *
 * @example
 * const retry = ({ attempt, retryAfter = 0 }: RetryContext) => Math.max(retryAfter, 100 * 2 ** attempt);
 * const source = new FetchEventSource("/events", { retry });
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface RetryContext extends RequestContext {
  /** What happened. */
  readonly code: ErrorCode;
  /** What happened, by the name that it has in the context of a request. */
  readonly reason: ErrorCode;
  /** Attempts in a row that failed, this one included; 1 for the first. */
  readonly attempt: number;
  /** The status of the response, if there was one. */
  readonly status: number | undefined;
  /** The last event ID: what the next request sends. */
  readonly lastEventId: string;
  /** What the server asked for with `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** The reconnection time in force: the server's `retry` field, else `initialDelay`. */
  readonly reconnectionTime: number;
  /** Milliseconds since the first of these attempts failed. */
  readonly elapsed: number;
}

/**
 * What a retry function returns: milliseconds to wait; these with another last event ID, which is empty to begin anew; or
 * `"stop"`.
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
      /** What the next request sends as `Last-Event-ID`; empty for none. */
      readonly lastEventId?: string | undefined;
    }
  | "stop";

/**
 * What a source is at, for user interfaces: the next request of one that waits comes after `delay` milliseconds from now.
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
      /** A request is under way; events are delivered as they arrive; nothing is wanted, by the user or by a hidden page. */
      readonly state: "connecting" | "open" | "paused";
    }
  | {
      /** The connection was lost. */
      readonly state: "waiting";
      /** Milliseconds from now until the next request. */
      readonly delay: number;
    }
  | {
      /** It is over. */
      readonly state: "closed";
      /** Why. */
      readonly end: End;
    };

/**
 * When to connect again after a failure.
 *
 * @example
 * const retry: RetryOptions = { initialDelay: 1000, jitter: true, maxAttempts: 10 };
 * const source = new FetchEventSource("/events", { retry });
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface RetryOptions {
  /** Delay before the first reconnect, until the server sends `retry`. Default 3000. */
  initialDelay?: number | undefined;
  /** Backoff stops growing here. Default 30,000. A longer `retry` from the server still holds. */
  maxDelay?: number | undefined;
  /** Growth per failed attempt. Default 2; 1 for none. */
  factor?: number | undefined;
  /** Draw each delay uniformly from 0 to its value ("full jitter"); behind what the server asks for by `retry` or `Retry-After`, never before. Default false. */
  jitter?: boolean | undefined;
  /** Give up after so many failures in a row. Default: never. */
  maxAttempts?: number | undefined;
}

/**
 * What a function that makes the URL, `headers` or `body` is told of the request to come.
 *
 * @example
 * const url = ({ attempt }: RequestContext) => `/events?attempt=${attempt}`;
 * const source = new FetchEventSource(url);
 * source.onmessage = ({ data }) => console.log(data, source.url);
 */
export interface RequestContext {
  /** Attempts in a row that failed before this one; 0 for the first request. */
  readonly attempt: number;
  /** What the request sends as `Last-Event-ID`; empty for none. */
  readonly lastEventId: string;
  /** Why a new request is made: the code of the failure before it, or `"reconnect"`; `undefined` for the first. */
  readonly reason: ErrorCode | "reconnect" | undefined;
  /** The status of the response that made it necessary, such as 401. */
  readonly status: number | undefined;
  /** The last response that opened a stream: its URL, status and headers. */
  readonly response: Response | undefined;
}

/**
 * A value, or a function that makes it anew for each request.
 *
 * @example
 * const headers: PerRequest<HeadersInit> = async ({ status }) => ({ authorization: await token(status === 401) });
 * const source = new FetchEventSource("/events", { headers });
 * source.onmessage = ({ data }) => console.log(data);
 */
export type PerRequest<T> = T | ((context: RequestContext) => T | Promise<T>);

/**
 * Where a source has its time from. Its methods must not throw.
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
  /** The time of the wall clock, in milliseconds, by which sleep is noticed: most clocks that never go back stand still in it. */
  wall?(): number;
  /** Calls back once `delay` milliseconds have passed. What it returns is for `clearTimeout`. */
  setTimeout(callback: () => void, delay: number): unknown;
  /** Takes that back. */
  clearTimeout(id: unknown): void;
}

/** Resolved, or made for each request. */
export type SourceUrl = string | ((context: RequestContext) => string | URL | Promise<string | URL>);

/**
 * The last event of a stream, by its name.
 *
 * @example
 * const until: LastEvent = { event: "error" };
 * for await (const { data } of events("/events", { until })) console.log(data);
 */
export interface LastEvent {
  /** The name. */
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
   * Default `GET`, or `POST` when there is a body. With a function, such as for POST once and then GET, the source counts as a
   * POST: nothing is sent again without `retry`. A GET or HEAD of the function's is sent without `body`.
   */
  method?: PerRequest<string> | undefined;
  /** As for `fetch`. A stream can be sent once: where requests are repeated, give a function that makes it. */
  body?: PerRequest<BodyInit | null> | undefined;
  /** Added to `Accept: text/event-stream`. A `Last-Event-ID` means the option `lastEventId`. A function is called for each request, and once more after a 401 or 403. */
  headers?: PerRequest<HeadersInit> | undefined;
  /** Aborts the request and ends the source; its reason is in `closed`. */
  signal?: AbortSignal | undefined;
  /** `credentials: "include"`. */
  withCredentials?: boolean | undefined;
  /** As for `fetch`; `withCredentials` wins. Default `same-origin`. */
  credentials?: RequestInit["credentials"] | undefined;
  /** As for `fetch`. Default `cors`. */
  mode?: RequestInit["mode"] | undefined;
  /** As for `fetch`. Default `follow`. */
  redirect?: RequestInit["redirect"] | undefined;
  /** As for `fetch`. Default `about:client`. */
  referrer?: string | undefined;
  /** As for `fetch`. */
  referrerPolicy?: RequestInit["referrerPolicy"] | undefined;
  /** Sent as `Last-Event-ID` with the first request: resume where another source stopped. */
  lastEventId?: string | undefined;
  /** No response head within this time is an error. 0: no limit, the default. */
  connectTimeout?: number | undefined;
  /**
   * No byte within this time is an error; comments count as bytes. 0: no limit, the default. Firefox tells of a response
   * only once its first byte has come: until then it is `connectTimeout` that counts.
   */
  idleTimeout?: number | undefined;
  /** No event within this time, nor a new last event ID, is an error; comments do not count. 0: no limit, the default. */
  eventTimeout?: number | undefined;
  /** Bytes that one event may take; a comment that is larger is left out. Default 64 MiB. */
  maxEventSize?: number | undefined;
  /** Bytes that are kept of the body of a refused response, for the error. Default 64 KiB. */
  maxErrorBody?: number | undefined;
  /** Called with each comment of the stream, in its place between the events. */
  onComment?: ((text: string) => void) | undefined;
  /**
   * Whether a 200 with another content type than `text/event-stream`, or with none, is taken for an event stream. Not asked
   * about HTML, as login pages are.
   */
  accept?: ((contentType: string | null) => boolean) | undefined;
  /** Whether requests have the header `Last-Event-ID`, which other origins must allow. Default true. */
  lastEventIdHeader?: boolean | undefined;
  /**
   * What ends the stream, and is not delivered: data, such as `[DONE]`, or a function that is asked of each event, in order
   * and before its payload is decoded, whether it is the one. What the function throws is reported, as what a listener
   * throws, and the event is an ordinary one. `{ event: "end" }` is the event of that name. A stream that ends without it is
   * `truncated`.
   */
  until?: string | LastEvent | ((event: ServerSentEvent) => boolean) | undefined;
  /**
   * The event that means failure: a name, names, or a function that is asked as that of `until`, and before it. The attempt has
   * failed with the code `event`, whatever else it delivered; the event is in the error, is not delivered, and its ID is not
   * taken over. Final, unless `retry` is given.
   */
  failOn?: string | readonly string[] | ((event: ServerSentEvent) => boolean) | undefined;
  /**
   * What becomes of an event that a clean end of the body cuts off, for want of a blank line: nothing, it is delivered, or the
   * stream is `truncated`, which is the default of `events()`. The error has it as `unfinished` in any case, and `until` and
   * `failOn` are asked about it: a sentinel that lacks only the blank line completes the stream. Default `"discard"`.
   */
  unfinished?: "discard" | "deliver" | "error" | undefined;
  /** Used instead of the global `fetch`. The headers in `init` are a plain object, with names in lower case. */
  fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Used instead of `performance.now` and the global timers: in tests a `TestClock` of `eventsource-wasm/testing`. */
  clock?: Clock | undefined;
}

/**
 * How often a source may send its request, and when.
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
   * So many last IDs are remembered: of the events after a reconnect, those with one of these IDs are left out, up to the first
   * with another. Default 0.
   */
  dedupe?: number | undefined;
  /**
   * Numbers, or a function that returns a `RetryDecision`. Without it a GET reconnects as the standard says (lost
   * networks and clean ends, not refused responses) and a POST never.
   */
  retry?: RetryOptions | ((context: RetryContext) => RetryDecision) | undefined;
  /**
   * `"session"`: the last event ID is kept in the `sessionStorage` of the tab, by method and URL, so that a reload of the page goes on
   * behind the last event. What is kept goes before `lastEventId`. A tab that is duplicated begins behind the event at which it was. For a
   * page only, as workers have no `sessionStorage`, and for a URL that is a string. Default: none.
   */
  persistId?: "session" | undefined;
  /**
   * `"pause"`: while the document is hidden there is no connection. It is given up without an `error` event, the source is
   * `CONNECTING`, and connects again at once when the document is visible; one that is made in a hidden document waits
   * for that too. A request that may not be sent again, such as a POST without `retry`, goes on. Default `"keep"`.
   */
  whenHidden?: "keep" | "pause" | undefined;
}

/**
 * What is known of the events.
 *
 * @example
 * const known = { eventNames: ["update", "done"], decode: { update: "json" } } satisfies DecodeOptions;
 * const source = new EventSource("/events", known);
 * source.onAny(({ type, data }) => console.log(type, data));
 */
export interface DecodeOptions<M extends EventMap = AnyEvents> {
  /** How payloads are made. Without it they are text. */
  decode?: Decode<M> | undefined;
  /**
   * `"skip"`: an event with empty data has no payload. It reaches no decoder, no `on()`, no loop; its ID counts, and
   * `addEventListener` gets it. Default `"decode"`.
   */
  emptyData?: "decode" | "skip" | undefined;
  /**
   * The names of the events that the server sends, besides `message`. A `decode` for another is a `TypeError` then, and the
   * browser's own class tells `onAny()` and loops of all of these. Events of other names stay possible.
   */
  eventNames?: readonly NameOf<M>[] | undefined;
}

/**
 * Options of `FetchEventSource`.
 *
 * @example
 * const init = { withCredentials: true, idleTimeout: 60_000, retry: { jitter: true } } satisfies FetchEventSourceInit;
 * const source = new FetchEventSource("/events", init);
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface FetchEventSourceInit<M extends EventMap = AnyEvents>
  extends RequestOptions,
    ReconnectOptions,
    DecodeOptions<M> {}

/**
 * Options of `events()`: one request, never repeated.
 *
 * @example
 * const init = { body: "hello", until: "[DONE]", onDecodeError: "skip", decode: "json" } satisfies EventsInit;
 * for await (const { data } of events("/chat", init)) console.log(data);
 */
export interface EventsInit<M extends EventMap = AnyEvents> extends RequestOptions, DecodeOptions<M> {
  /** Default `"throw"`. */
  onDecodeError?: OnDecodeError | undefined;
}

/**
 * Options of `FetchEventSource.fromReadableStream()`.
 *
 * @example
 * const init = { lastEventId: "7", until: "[DONE]" } satisfies ReadableStreamInit;
 * const source = FetchEventSource.fromReadableStream(response.body!, init);
 * source.onmessage = ({ data }) => console.log(data);
 */
export type ReadableStreamInit<M extends EventMap = AnyEvents> = Pick<
  FetchEventSourceInit<M>,
  | keyof DecodeOptions
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
>;

/**
 * Options of `EventSource`, the wrapper over the browser's own.
 *
 * @example
 * const init = { withCredentials: true, signal: controller.signal } satisfies EventSourceInit;
 * const source = new EventSource("/events", init);
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface EventSourceInit<M extends EventMap = AnyEvents> extends DecodeOptions<M> {
  /** Whether cookies are sent to other origins. Default false. */
  withCredentials?: boolean | undefined;
  /** Closes the source when it aborts; its reason is in `closed`. */
  signal?: AbortSignal | undefined;
}
