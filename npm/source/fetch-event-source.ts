import { type DecodeErrorEvent, domException, OpenEvent, SourceErrorEvent } from "../error/errors.js";
import type { Opening } from "../shell/hooks.js";
import { isStream } from "../shell/interfaces.js";
import type { AddEventListenerOptions, EventListenerOrEventListenerObject, MessageEventOf } from "../types/platform.js";
import type {
  AnyEvents,
  End,
  EventIterator,
  EventMap,
  EventName,
  EventOf,
  FetchEventSourceInit,
  IterateOptions,
  OnDecodeError,
  OnOptions,
  Payload,
  PerRequest,
  ReadableStreamInit,
  ServerSentEvent,
  SourceStatus,
  Subscription,
  Undecoded,
} from "../types/types.js";
import { HandlerAttribute } from "./attribute.js";
import { Audience } from "./audience.js";
import { asyncDispose, dispose } from "./dispose.js";
import { messageEvent } from "./message-event.js";
import type { Given } from "./options.js";
import { checkNoRequest, checkRequestOptions, resolveUrl } from "./options.js";
import { type Instead, type Listener, Session, type SourceSession } from "./session.js";
import { checkListener, checkOn } from "./subscription.js";

/**
 * An event that the server named `error`. Like in the browser's class, it goes to the same listeners as the source's own
 * `error` events.
 *
 * @example
 * source.addEventListener("error", (event: SourceErrorEvent | ServerErrorEvent) => {
 *   if (event.error) console.warn(event.error.code);
 *   else console.warn("the server says:", event.data);
 * });
 */
export type ServerErrorEvent = MessageEventOf<string> & {
  /** Always missing, unlike in a `SourceErrorEvent`. */
  readonly error?: undefined;
};

/**
 * The events of `addEventListener`, by name.
 *
 * @example
 * const listener = ({ data }: FetchEventSourceEvents<{ update: object }>["update"]) => console.log(data);
 * source.addEventListener("update", listener);
 */
export type FetchEventSourceEvents<M extends EventMap> = { [K in keyof M & string]: MessageEventOf<string> } & {
  /** The connection is open. */
  open: OpenEvent;
  /** A connection was lost or refused; or the server sent an event of this name. */
  error: SourceErrorEvent | ServerErrorEvent;
  /** A payload does not decode. Payloads are decoded only for `on()`, `onAny()` and loops. */
  decodeerror: DecodeErrorEvent;
  /** The `state` of `status` has changed. */
  statuschange: Event;
  /** An event without a name. */
  message: MessageEventOf<string>;
};

/** The members of a `FetchEventSource`; a `FetchEventSourceConstructor` is its constructor. */
export class FetchEventSource<M extends EventMap = AnyEvents> extends EventTarget {
  /** The `readyState` of a source that connects, or waits to. */
  declare static readonly CONNECTING: 0;
  /** The `readyState` of a source that has a connection. */
  declare static readonly OPEN: 1;
  /** The `readyState` of a source that is closed for good. */
  declare static readonly CLOSED: 2;
  /** The `readyState` of a source that connects, or waits to. */
  declare readonly CONNECTING: 0;
  /** The `readyState` of a source that has a connection. */
  declare readonly OPEN: 1;
  /** The `readyState` of a source that is closed for good. */
  declare readonly CLOSED: 2;

  readonly #withCredentials: boolean;
  readonly #session: SourceSession;
  readonly #audience: Audience;
  /** The types that `addEventListener` was ever called with. A `MessageEvent` is made only for these. */
  readonly #listened = new Set<string>();
  /** Whether the source reads a stream that was given to it. */
  #isGiven = false;
  readonly #onopen = new HandlerAttribute(this, "open");
  readonly #onmessage = new HandlerAttribute(this, "message");
  readonly #onerror = new HandlerAttribute(this, "error");
  #origin = "";

  /** @internal The standard's constructor has a length of 1. */
  constructor(url: PerRequest<string | URL>, ...[init]: [init?: (FetchEventSourceInit<M> & Given & Instead) | null]) {
    super();
    // In content scripts of Firefox, the source is an instance of the browser's class alone (bug 1820521).
    Object.setPrototypeOf(this, new.target.prototype);
    const options: Partial<FetchEventSourceInit<M> & Given & Instead> = init ?? {};
    const source = typeof url === "function" ? url : resolveUrl(url);
    checkRequestOptions(options);
    this.#audience = new Audience(this, options.decode, options.emptyData === "skip");
    const listener: Listener = {
      open: (response, opening) => this.#open(response, opening),
      event: (type, data, lastEventId) => this.#event(type, data, lastEventId),
      status: () => this.dispatchEvent(new Event("statuschange")),
      error: (error) => this.dispatchEvent(new SourceErrorEvent(error)),
      end: (end) => {
        this.#audience.end(end);
        this.dispatchEvent(new Event("statuschange"));
      },
    };
    this.#session = options.session?.(listener) ?? new Session(source, options, false, listener);
    this.#withCredentials = options.withCredentials ?? options.credentials === "include";
    this.#session.run();
  }

  /** @internal */
  static fromReadableStream(stream: ReadableStream<Uint8Array>, init?: ReadableStreamInit<EventMap> | null) {
    if (!isStream(stream)) {
      throw new TypeError("fromReadableStream(): 'stream' must be a ReadableStream, such as the body of a Response");
    }
    if (stream.locked)
      throw new TypeError("fromReadableStream(): 'stream' is read already: give a stream without a reader");
    checkNoRequest(init ?? {});
    const source = new FetchEventSource<EventMap>("about:event-stream", { ...init, given: { body: stream } });
    source.#isGiven = true;
    return source;
  }

  /**
   * The URL, resolved against the URL of the document. If a function makes it, the URL of the last request; empty before the
   * first.
   */
  get url(): string {
    return this.#session.url;
  }

  /** Whether cookies are sent to other origins. */
  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  /** The state of the connection: 0 while connecting or waiting to, 1 when open, 2 when closed for good. */
  get readyState(): 0 | 1 | 2 {
    return this.#session.readyState;
  }

  /** The last event ID, which the next request sends as `Last-Event-ID`. In a listener, the ID of its event. */
  get lastEventId(): string {
    return this.#session.lastEventId;
  }

  /** Milliseconds until the first reconnect after a loss: the server's `retry`, else `initialDelay`. */
  get reconnectionTime(): number {
    return this.#session.reconnectionTime;
  }

  /** The state of the source, for user interfaces. A `statuschange` event follows each change of its `state`. */
  get status(): SourceStatus {
    return this.#session.status;
  }

  /** Resolves with the end of the source, when it is closed for good. Never rejects. */
  get closed(): Promise<End> {
    return this.#session.closed;
  }

  /**
   * Reconnects at once, in any state but closed. If a listener calls it, the rest of the chunk is not delivered. The new
   * request has the ID of the listener's event, or `lastEventId`; an empty ID starts over.
   *
   * @throws {DOMException} `InvalidStateError` for a source from `fromReadableStream()`: nobody can request its stream again.
   * @throws {TypeError} when `lastEventId` is not a string.
   * @example
   * source.once("update", () => source.reconnect({ lastEventId: "" })); // from the beginning
   */
  reconnect({ lastEventId }: { lastEventId?: string | undefined } = {}): void {
    if (lastEventId !== undefined && typeof lastEventId !== "string") {
      throw new TypeError("reconnect(): option 'lastEventId' must be a string");
    }
    if (this.#isGiven)
      throw invalidState("reconnect(): there is no URL to connect to: reset() the source, and pipe the new stream in");
    this.#session.reconnect(lastEventId);
  }

  /**
   * Pauses the source until `resume()`. Nothing is delivered, not even the rest of a chunk, and nothing is read, so that flow
   * control holds the server back. No time limit runs. If the connection is lost meanwhile, `resume()` reconnects with the last
   * event ID.
   */
  pause(): void {
    this.#session.pause();
  }

  /** Resumes the source after `pause()`. */
  resume(): void {
    this.#session.resume();
  }

  /**
   * Prepares a source from `fromReadableStream()` for another stream that is piped into the same readable, after the first one
   * has broken off. An unfinished event is discarded. During a `pause()`, the events that wait for `resume()` are discarded,
   * too. `lastEventId` and `reconnectionTime` stay, for the request of the next stream.
   * [whatwg/html#12272](https://github.com/whatwg/html/pull/12272) proposes this method.
   *
   * @throws {DOMException} `InvalidStateError` if the source has a URL: call `reconnect()` instead.
   * @example
   * const pipe = new TransformStream();
   * const source = FetchEventSource.fromReadableStream(pipe.readable);
   * source.onmessage = ({ data }) => console.log(data);
   * source.on("done", () => source.close());
   *
   * while (source.readyState !== FetchEventSource.CLOSED) {
   *   await fetch("/events", { headers: { "Last-Event-ID": source.lastEventId } })
   *     .then(({ body }) => body?.pipeTo(pipe.writable, { preventClose: true, preventAbort: true }))
   *     .catch(() => {}); // lost, or closed
   *   source.reset();
   *   await new Promise((resolve) => setTimeout(resolve, source.reconnectionTime));
   * }
   */
  reset(): void {
    if (!this.#isGiven)
      throw invalidState("reset() is for sources from fromReadableStream(): call reconnect() for this one");
    this.#session.reset();
  }

  /** Closes the source for good: the request is aborted, and nothing is delivered afterwards, not even the rest of a chunk. */
  close(): void {
    this.#session.finish({ code: "closed" });
  }

  /**
   * Calls back with the decoded payload of each event of one name. `on()` is cheaper than `addEventListener`, which needs a
   * `MessageEvent`, and its listeners are called first.
   *
   * @returns a function that stops listening, which is also disposable (`using`).
   * @throws {TypeError} when an argument has the wrong type; the message names it.
   * @example
   * const off = source.on("update", ({ percent }, { lastEventId }) => {
   *   show(percent, lastEventId);
   *   if (percent === 100) off();
   * });
   */
  on<K extends EventName<M>>(
    type: K,
    listener: (payload: Payload<M, K>, event: ServerSentEvent<K, Payload<M, K>>) => void,
    options?: OnOptions,
  ): Subscription {
    checkOn(type, listener, options);
    return this.#audience.on(type, listener as never, options);
  }

  /**
   * Calls back with the decoded payload of the next event of one name, like `on()` with `once: true`.
   *
   * `once(source, "message")` of `node:events` calls this method, and so resolves with `[payload, event]`. It never resolves for
   * `"open"` or a lost connection: these are no events of the server. Use `addEventListener` with `{ once: true }` for them.
   *
   * @returns a function that stops listening, which is also disposable (`using`).
   * @throws {TypeError} when an argument has the wrong type; the message names it.
   * @example
   * source.once("update", (payload) => console.log("the first one", payload));
   */
  once<K extends EventName<M>>(
    type: K,
    listener: (payload: Payload<M, K>, event: ServerSentEvent<K, Payload<M, K>>) => void,
    options?: OnOptions,
  ): Subscription {
    return this.on(type, listener, { ...options, once: true });
  }

  /** @internal `node:events` calls this to remove a listener of `on()`. */
  removeListener(type: string, listener: unknown): void {
    this.#audience.off(type, listener);
  }

  /**
   * Calls back with each event, whatever its name, with its payload decoded. Its listeners and those of `on()` are called in
   * the order in which they were added.
   *
   * @returns a function that stops listening, which is also disposable (`using`).
   * @throws {TypeError} when an argument has the wrong type; the message names it.
   */
  onAny(listener: (event: EventOf<M>) => void, options?: OnOptions): Subscription {
    checkListener("onAny", listener, options);
    return this.#audience.onAny(listener, options);
  }

  /** Adds a listener, like the method of the browser's class: messages come as `MessageEvent`s, with their data as text. */
  override addEventListener<K extends keyof FetchEventSourceEvents<M> & string>(
    type: K,
    listener: ((event: FetchEventSourceEvents<M>[K]) => unknown) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: ((event: MessageEventOf<string>) => unknown) | EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    ...args: [type: string, listener: never, options?: boolean | AddEventListenerOptions]
  ): void {
    // The arguments are passed as they are, because too few must be a TypeError.
    super.addEventListener(...args);
    const type = String(args[0]);
    this.#listened.add(type);
    if (type === "decodeerror") this.#audience.hearsDecodeErrors = true;
  }

  /** Removes a listener of `addEventListener`. */
  override removeEventListener<K extends keyof FetchEventSourceEvents<M> & string>(
    type: K,
    listener: ((event: FetchEventSourceEvents<M>[K]) => unknown) | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: ((event: MessageEventOf<string>) => unknown) | EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    ...args: [type: string, listener: never, options?: boolean | EventListenerOptions]
  ): void {
    super.removeEventListener(...args);
  }

  /** The listener of `open` events; a new one replaces it. */
  get onopen(): ((event: Event) => unknown) | null {
    return this.#onopen.get() as never;
  }
  /** Sets the listener of `open` events; `null` for none. */
  set onopen(handler: ((event: OpenEvent) => unknown) | null) {
    this.#onopen.set(handler);
  }

  /** The listener of `message` events; a new one replaces it. */
  get onmessage(): ((event: MessageEvent) => unknown) | null {
    return this.#onmessage.get() as never;
  }
  /** Sets the listener of `message` events; `null` for none. */
  set onmessage(handler: ((event: MessageEventOf<string>) => unknown) | null) {
    this.#onmessage.set(handler);
  }

  /** The listener of `error` events; a new one replaces it. */
  get onerror(): ((event: Event) => unknown) | null {
    return this.#onerror.get() as never;
  }
  /** Sets the listener of `error` events; `null` for none. */
  set onerror(handler: ((event: SourceErrorEvent | ServerErrorEvent) => unknown) | null) {
    this.#onerror.set(handler);
  }

  /**
   * All events from now on, as an iterator. `onDecodeError` decides how it handles a payload that does not decode. Leaving the
   * loop closes the source. The loop throws a final failure, after the events that arrived before it. After `close()` or an
   * abort, the loop ends without the events that it has not taken.
   *
   * Events that are not yet taken wait in memory, because other listeners get events as they arrive. `events()` reads from the
   * network only what its loop takes.
   *
   * @throws {TypeError} when an option has the wrong type; the message names it.
   * @example
   * for await (const event of source.events({ onDecodeError: "yield" })) {
   *   if ("error" in event) console.warn(event.error.data, event.error.cause);
   *   else console.log(event.data);
   * }
   */
  events<O extends OnDecodeError = "skip">(
    options?: IterateOptions & { onDecodeError?: O | undefined },
  ): EventIterator<EventOf<M> | Undecoded<O>> {
    return this.#audience.iterate(options ?? {}, () => this.close());
  }

  /**
   * The iterator of `events()`, for `for await` loops over the source.
   *
   * @example
   * for await (const event of source) {
   *   if (event.type === "update") console.log(event.data.percent);
   * }
   */
  [Symbol.asyncIterator](): EventIterator<EventOf<M>> {
    return this.events();
  }

  /**
   * Closes the source at the end of the block of `using`.
   *
   * @example
   * using source = new FetchEventSource("/events");
   * console.log(await new Promise((resolve) => source.once("message", resolve)));
   */
  declare [dispose]: () => void;

  /** Closes the source at the end of the block of `await using`. */
  declare [asyncDispose]: () => Promise<void>;

  #open(response: Parameters<Listener["open"]>[0], opening: Opening): void {
    const { status, headers, redirected } = response;
    // A `fetch` of the user may give no URL, or a relative one.
    const url = new URL(response.url || this.#session.url, this.#session.url).href;
    this.#origin = new URL(url).origin;
    this.dispatchEvent(new OpenEvent({ status, headers, url, redirected }, opening));
  }

  #event(type: string, data: string, lastEventId: string): void {
    this.#audience.deliver(type, data, lastEventId);
    if (this.#listened.has(type) && !this.#session.end) {
      this.dispatchEvent(messageEvent(type, data, lastEventId, this.#origin));
    }
  }
}

function invalidState(message: string): Error {
  return domException(message, "InvalidStateError");
}

/**
 * Gives the class the constants and the property attributes of a Web IDL interface. A static block would make bundlers keep the
 * class where nobody uses it.
 */
export function asInterface<Class extends typeof FetchEventSource>(Class: Class): Class {
  const { prototype } = Class;
  for (const [value, name] of ["CONNECTING", "OPEN", "CLOSED"].entries()) {
    const constant = { value, enumerable: true };
    Object.defineProperty(Class, name, constant);
    Object.defineProperty(prototype, name, constant);
  }
  for (const name of ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror", "close"]) {
    Object.defineProperty(prototype, name, { enumerable: true });
  }
  // Libraries look for this property of the package `eventsource` before they give the option `fetch`.
  Object.defineProperty(Class, Symbol.for("eventsource.supports-fetch-override"), { value: true });
  Object.defineProperty(prototype, Symbol.toStringTag, { value: "FetchEventSource", configurable: true });
  return Class;
}
