/**
 * The sources with constructors that infer the event map from `decode`: a class cannot have type parameters that only its
 * constructor uses. Each has one signature, so that a union of the two can be constructed too.
 *
 * The index exports the sources under the names of their classes: here, the bundler would rename the classes. The types are
 * interfaces, because a declaration file of a user can name an interface, but not the alias of a class.
 */

import type {
  AnyDecode,
  AnyEvents,
  DecodeOf,
  EventMap,
  EventSourceInit,
  EventsOf,
  FetchEventSourceInit,
  Inferred,
  NameOf,
  OptionsFor,
  PerRequest,
  ReadableStreamInit,
} from "../types/types.js";
import { disposable } from "./dispose.js";
import { EventSource } from "./event-source.js";
import { asInterface, FetchEventSource } from "./fetch-event-source.js";

/** The browser's own `EventSource` with typed events, `on()`, async iteration, `signal`, `using` and `closed`. */
export interface TypedEventSource<M extends EventMap = AnyEvents> extends EventSource<M> {}

/** The constructor of `EventSource`. */
export interface EventSourceConstructor {
  /**
   * Connects. The event map is the type argument, or else inferred from `decode` and `eventNames`.
   *
   * @throws {DOMException} `SyntaxError` when the URL does not parse; `NotSupportedError` where there is no `EventSource`.
   * @throws {TypeError} when an option has the wrong type; the message names it.
   * @example
   * const source = new EventSource("/events", { decode: { update: z.object({ percent: z.number() }) } });
   * source.on("update", ({ percent }) => console.log(percent));
   */
  new <M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
    url: string | URL,
    ...init: OptionsFor<M, D, EventSourceInit, N>
  ): TypedEventSource<EventsOf<M, D, N>>;
  // biome-ignore lint/suspicious/noExplicitAny: as that of a generic class, so that those with a map can extend it
  readonly prototype: EventSource<any>;
  /** The `readyState` of a source that connects, or waits to. */
  readonly CONNECTING: 0;
  /** The `readyState` of a source that has a connection. */
  readonly OPEN: 1;
  /** The `readyState` of a source that is closed for good. */
  readonly CLOSED: 2;
}

/**
 * The browser's own `EventSource` with typed events, `on()`, async iteration, `signal`, `using` and `closed`.
 *
 * The browser does the transport, the parsing and the reconnection, with its faults: Chromium loses the first event after a BOM
 * that a blank line follows, Firefox raises a `retry` below 500 ms to 500, and no browser reports why a connection failed.
 * `FetchEventSource` has the same interface without these faults.
 *
 * @example
 * type Feed = { update: { percent: number }; message: string };
 *
 * const source = new EventSource<Feed>("/events", { decode: { update: "json" } });
 * source.on("update", ({ percent }) => console.log(percent));
 */
export const TypedEventSource = /* @__PURE__ */ disposable(EventSource) as unknown as EventSourceConstructor;

/** The interface of `EventSource` over `fetch`. */
export interface TypedFetchEventSource<M extends EventMap = AnyEvents> extends FetchEventSource<M> {}

/** The constructor of `FetchEventSource`. */
export interface FetchEventSourceConstructor {
  /**
   * Connects. The event map is the type argument, or else inferred from `decode` and `eventNames`.
   *
   * @param url - The URL: it may be relative to the document's URL; in Node it must be absolute. A function is called for each
   *   request, and once more after a 401 or 403, so that credentials in the query can be renewed.
   * @throws {DOMException} `SyntaxError` when the URL does not parse.
   * @throws {TypeError} when an option has the wrong type; the message names it.
   * @example
   * const source = new FetchEventSource("/events", { decode: { update: z.object({ percent: z.number() }) } });
   * source.on("update", ({ percent }) => console.log(percent));
   */
  new <M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
    url: PerRequest<string | URL>,
    ...init: OptionsFor<M, D, FetchEventSourceInit, N>
  ): TypedFetchEventSource<EventsOf<M, D, N>>;
  /**
   * Makes a source from a stream, such as the body of a response, with the names and the meaning of
   * [whatwg/html#12272](https://github.com/whatwg/html/pull/12272). The stream is locked at once. Its end or its failure is an
   * `error` event and closes the source, because a stream cannot be requested again. `url` is `about:event-stream`; the origin
   * of events is `null`. To continue with another stream, pipe both into a `TransformStream`: see `reset()`.
   *
   * If one consumer reads one stream, `events(stream)` is simpler, and has back-pressure.
   *
   * @throws {TypeError} when the stream is read already, or an option has the wrong type or is for a request, such as `headers`.
   * @example
   * const { body } = await fetch("/events");
   * const source = FetchEventSource.fromReadableStream(body!);
   * source.onmessage = ({ data }) => console.log(data);
   */
  fromReadableStream<M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
    stream: ReadableStream<Uint8Array>,
    ...init: OptionsFor<M, D, ReadableStreamInit, N>
  ): TypedFetchEventSource<EventsOf<M, D, N>>;
  // biome-ignore lint/suspicious/noExplicitAny: as that of a generic class, so that those with a map can extend it
  readonly prototype: FetchEventSource<any>;
  /** The `readyState` of a source that connects, or waits to. */
  readonly CONNECTING: 0;
  /** The `readyState` of a source that has a connection. */
  readonly OPEN: 1;
  /** The `readyState` of a source that is closed for good. */
  readonly CLOSED: 2;
}

/**
 * The interface of `EventSource` over `fetch`: any method, bodies, headers, credentials that are renewed, errors with a reason,
 * a retry policy. `import { FetchEventSource as EventSource }` replaces the browser's class.
 *
 * A source stays open, like the browser's, until `close()`, an abort of its `signal`, `break` out of its iterator, or a failure
 * that is not retried.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @example
 * type Feed = { update: { percent: number }; message: string };
 *
 * const source = new FetchEventSource<Feed>("/event/push?id=7", {
 *   headers: { "x-client": "demo" },
 *   decode: { update: "json" },
 *   retry: { maxAttempts: 10 },
 * });
 * source.on("update", ({ percent }) => console.log(percent));
 */
export const TypedFetchEventSource = /* @__PURE__ */ asInterface(
  /* @__PURE__ */ disposable(FetchEventSource),
) as unknown as FetchEventSourceConstructor;
