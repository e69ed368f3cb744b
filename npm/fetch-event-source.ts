import { HandlerAttribute } from "./attribute.js";
import { thrownAt } from "./end.js";
import { DecodeError, DecodeErrorEvent, OpenEvent, report, SourceErrorEvent } from "./errors.js";
import { messageEvent } from "./message-event.js";
import { decoder, resolveUrl } from "./options.js";
import { Queue } from "./queue.js";
import { Session } from "./session.js";
import { checkOn, Subscribers } from "./subscription.js";
import type {
  AnyEvents,
  End,
  EventMap,
  EventName,
  EventOf,
  FetchEventSourceInit,
  OnOptions,
  OptionsFor,
  Payload,
  PerRequest,
  ServerSentEvent,
  Subscription,
} from "./types.js";

/** An event that the server named `error`. As in the browser's class, it goes to the same listeners as the source's own. */
export type ServerErrorEvent = MessageEvent<string> & { readonly error?: undefined };

/** What `addEventListener` gives, by event name. */
export type FetchEventSourceEvents<M extends EventMap> = { [K in keyof M & string]: MessageEvent<string> } & {
  open: OpenEvent;
  error: SourceErrorEvent | ServerErrorEvent;
  decodeerror: DecodeErrorEvent;
  message: MessageEvent<string>;
};

/**
 * The interface of `EventSource` over `fetch`: any method, bodies, headers, credentials that are renewed, errors that say
 * what happened, a retry policy. `import { FetchEventSource as EventSource }` replaces the browser's class.
 *
 * It stays open, as the browser's does, until `close()`, its `signal`, `break` out of its iterator, or a failure that is
 * not retried.
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
export class FetchEventSource<M extends EventMap = AnyEvents> extends EventTarget {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSED: 2;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSED: 2;

  static {
    for (const [index, name] of ["CONNECTING", "OPEN", "CLOSED"].entries()) {
      const constant = { value: index, enumerable: true };
      Object.defineProperty(FetchEventSource, name, constant);
      Object.defineProperty(FetchEventSource.prototype, name, constant);
    }
    // As those that Web IDL defines.
    for (const name of ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror", "close"]) {
      Object.defineProperty(FetchEventSource.prototype, name, { enumerable: true });
    }
    const tag = { value: "FetchEventSource", configurable: true };
    Object.defineProperty(FetchEventSource.prototype, Symbol.toStringTag, tag);
  }

  readonly #withCredentials: boolean;
  readonly #session: Session;
  readonly #decode: (type: string, data: string) => unknown;
  readonly #subscribers = new Subscribers();
  /** Types that were ever listened to by `addEventListener`: a `MessageEvent` is made for no other. */
  readonly #listened = new Set<string>();
  readonly #queues = new Set<Queue<EventOf<M>>>();
  readonly #onopen = new HandlerAttribute(this, "open");
  readonly #onmessage = new HandlerAttribute(this, "message");
  readonly #onerror = new HandlerAttribute(this, "error");
  #origin = "";

  /**
   * Connects.
   *
   * @param url - May be relative to the document's URL; in Node it must be absolute. A function is called for each request,
   *   and once more after a 401 or 403, so that what its query says can be renewed.
   * @throws {DOMException} `SyntaxError` when the URL does not parse.
   * @throws {TypeError} when an option has the wrong type; the message names it.
   */
  constructor(url: PerRequest<string | URL>, ...[init]: OptionsFor<M, FetchEventSourceInit<M>>) {
    super();
    const options: FetchEventSourceInit<M> = init ?? {};
    this.#session = new Session(typeof url === "function" ? url : resolveUrl(url), options, false, {
      open: (response) => this.#open(response),
      event: (type, data, lastEventId) => this.#event(type, data, lastEventId),
      error: (error) => this.dispatchEvent(new SourceErrorEvent(error)),
      end: (end) => this.#finish(end),
    });
    this.#withCredentials = options.withCredentials ?? options.credentials === "include";
    this.#decode = decoder(options.decode);
    this.#session.run();
  }

  /** The URL, resolved against the document's. If a function makes it, that of the last request; empty before the first. */
  get url(): string {
    return this.#session.url;
  }

  /** Whether cookies are sent to other origins. */
  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  /** 0 while connecting or waiting to, 1 when open, 2 when closed for good. */
  get readyState(): 0 | 1 | 2 {
    if (this.#session.end) return 2;
    return this.#session.isOpen ? 1 : 0;
  }

  /** The last event ID: what the next request sends as `Last-Event-ID`. In a listener, that of its event. */
  get lastEventId(): string {
    return this.#session.lastEventId;
  }

  /** Milliseconds until the first reconnect after a loss: the server's `retry`, else `initialDelay`. */
  get reconnectionTime(): number {
    return this.#session.reconnectionTime;
  }

  /** Resolves when the source is closed for good, with why. Never rejects. */
  get closed(): Promise<End> {
    return this.#session.closed;
  }

  /**
   * Connects anew at once, whatever the state. Does nothing once closed. In a listener, the rest of the chunk is not
   * delivered: the new request has the ID of the listener's event.
   */
  reconnect(): void {
    this.#session.reconnect();
  }

  /** Closes for good: the request is aborted, and nothing is delivered afterwards, not even the rest of a chunk. */
  close(): void {
    this.#session.finish({ code: "closed" });
  }

  /**
   * Calls back with the decoded payload of each event of one name. Cheaper than `addEventListener`, for which a
   * `MessageEvent` must be made; called before its listeners.
   *
   * @returns a function that stops listening, which is also disposable (`using`).
   * @throws {TypeError} when an argument has the wrong type; the message names it.
   */
  on<K extends EventName<M>>(
    type: K,
    listener: (payload: Payload<M, K>, event: ServerSentEvent<K, Payload<M, K>>) => void,
    options?: OnOptions,
  ): Subscription {
    checkOn(type, listener, options);
    return this.#subscribers.add(type, listener as never, options);
  }

  override addEventListener<K extends keyof FetchEventSourceEvents<M> & string>(
    type: K,
    listener: ((event: FetchEventSourceEvents<M>[K]) => unknown) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: ((event: MessageEvent<string>) => unknown) | EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    ...args: [type: string, listener: never, options?: boolean | AddEventListenerOptions]
  ): void {
    // All at once, as too few are a TypeError.
    super.addEventListener(...args);
    this.#listened.add(String(args[0]));
  }

  override removeEventListener<K extends keyof FetchEventSourceEvents<M> & string>(
    type: K,
    listener: ((event: FetchEventSourceEvents<M>[K]) => unknown) | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: ((event: MessageEvent<string>) => unknown) | EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    ...args: [type: string, listener: never, options?: boolean | EventListenerOptions]
  ): void {
    super.removeEventListener(...args);
  }

  get onopen(): ((event: Event) => unknown) | null {
    return this.#onopen.get() as never;
  }
  set onopen(handler: ((event: OpenEvent) => unknown) | null) {
    this.#onopen.set(handler);
  }

  get onmessage(): ((event: MessageEvent) => unknown) | null {
    return this.#onmessage.get() as never;
  }
  set onmessage(handler: ((event: MessageEvent<string>) => unknown) | null) {
    this.#onmessage.set(handler);
  }

  get onerror(): ((event: Event) => unknown) | null {
    return this.#onerror.get() as never;
  }
  set onerror(handler: ((event: SourceErrorEvent | ServerErrorEvent) => unknown) | null) {
    this.#onerror.set(handler);
  }

  /** All events from now on. Leaving the loop closes the source; a failure for good is thrown in it. */
  [Symbol.asyncIterator](): AsyncIterableIterator<EventOf<M>, undefined> {
    const queue = new Queue<EventOf<M>>(() => this.close());
    const { end } = this.#session;
    if (end) queue.end(...thrownAt(end));
    else this.#queues.add(queue);
    return queue;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(response: Response): void {
    const { status, headers, redirected } = response;
    // A `fetch` of the user's may say nothing of the URL, or give a relative one.
    const url = new URL(response.url, this.#session.url).href;
    this.#origin = new URL(url).origin;
    this.dispatchEvent(new OpenEvent({ status, headers, url, redirected }));
  }

  #event(type: string, data: string, lastEventId: string): void {
    const subscribers = this.#subscribers.of(type);
    if (subscribers.length > 0 || this.#queues.size > 0) {
      const event = this.#decoded(type, data, lastEventId);
      for (const subscriber of event ? subscribers : []) {
        if (this.#session.end) return;
        subscriber(event?.data, event as ServerSentEvent<string, unknown>);
      }
      for (const queue of event ? this.#queues : []) queue.push(event as EventOf<M>);
    }
    if (this.#listened.has(type) && !this.#session.end) {
      this.dispatchEvent(messageEvent(type, data, lastEventId, this.#origin));
    }
  }

  #decoded(type: string, data: string, lastEventId: string): ServerSentEvent<string, unknown> | undefined {
    try {
      return { type, data: this.#decode(type, data), lastEventId };
    } catch (cause) {
      const error = new DecodeError(type, data, lastEventId, cause);
      if (this.#listened.has("decodeerror")) this.dispatchEvent(new DecodeErrorEvent(error));
      else report(error);
      return undefined;
    }
  }

  #finish(end: End): void {
    this.#subscribers.clear();
    for (const queue of this.#queues) queue.end(...thrownAt(end));
    this.#queues.clear();
  }
}
