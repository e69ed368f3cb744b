import { isDecoder } from "../decode/decode.js";
import { type DecodeErrorEvent, domException, EventSourceError } from "../error/errors.js";
import type { AddEventListenerOptions, EventListenerOrEventListenerObject, MessageEventOf } from "../types/platform.js";
import type {
  AnyDecode,
  AnyEvents,
  End,
  EventIterator,
  EventMap,
  EventName,
  EventOf,
  EventSourceInit,
  IterateOptions,
  OnDecodeError,
  OnOptions,
  Payload,
  ServerSentEvent,
  Subscription,
  Undecoded,
} from "../types/types.js";
import { Audience } from "./audience.js";
import { asyncDispose, dispose } from "./dispose.js";
import { checkOptions, checkUrl } from "./options.js";
import { checkListener, checkOn } from "./subscription.js";

/**
 * The events of `addEventListener`, by name.
 *
 * @example
 * const listener = ({ data }: EventSourceEvents<{ update: object }>["update"]) => console.log(data);
 * source.addEventListener("update", listener);
 */
export type EventSourceEvents<M extends EventMap> = { [K in keyof M & string]: MessageEventOf<string> } & {
  /** The connection is open. */
  open: Event;
  /** The connection was lost or refused, without details from the browser; or the server sent an event of this name. */
  error: Event;
  /** A payload does not decode. Payloads are decoded only for `on()`, `onAny()` and loops. */
  decodeerror: DecodeErrorEvent;
  /** An event without a name. */
  message: MessageEventOf<string>;
};

/** The browser's class; in a runtime without one, a class whose constructor throws. */
const BrowserEventSource: typeof globalThis.EventSource =
  globalThis.EventSource ??
  (class {
    constructor() {
      throw domException("there is no EventSource here: use FetchEventSource", "NotSupportedError");
    }
  } as never);

/** The members of an `EventSource`; an `EventSourceConstructor` is its constructor. */
export class EventSource<M extends EventMap = AnyEvents> extends BrowserEventSource {
  /** Resolves with the end of the source, when it is closed for good. Never rejects. */
  readonly closed: Promise<End>;
  readonly #audience: Audience;
  /** The event names that are known before anybody listens to them. */
  readonly #names: string[];
  readonly #relayed = new Set<string>();
  readonly #signal: AbortSignal | undefined;
  #resolveClosed!: (end: End) => void;

  /** @internal The standard's constructor has a length of 1. */
  constructor(url: string | URL, ...[init]: [init?: EventSourceInit<M> | null]) {
    const options: Partial<EventSourceInit<M>> = init ?? {};
    checkUrl(url);
    checkOptions(options);
    super(url, { withCredentials: options.withCredentials ?? false });
    // In content scripts of Firefox, the source is an instance of the browser's class alone (bug 1820521).
    Object.setPrototypeOf(this, new.target.prototype);
    this.#audience = new Audience(this, options.decode, options.emptyData === "skip");
    this.#names = names(options);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.addEventListener("error", (event) => {
      // A server may send events of this name, which are messages.
      if (this.readyState !== this.CLOSED || isMessage(event)) return;
      const error = new EventSourceError({ code: "unknown", attempt: 1, delay: undefined });
      this.#finish({ code: error.code, error });
    });
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.#abort();
    else this.#signal?.addEventListener("abort", this.#abort);
  }

  /** Closes the connection for good. No event is delivered afterwards. */
  override close(): void {
    this.#finish({ code: "closed" });
  }

  /**
   * Calls back with the decoded payload of each event of one name.
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
    this.#relay(type);
    return this.#audience.on(type, listener as never, options);
  }

  /**
   * Calls back with the decoded payload of the next event of one name, like `on()` with `once: true`.
   *
   * `once(source, "message")` of `node:events` calls this method, and so resolves with `[payload, event]`.
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
   * Calls back with messages, and with the events that `eventNames`, `decode` or an `on()` names. The browser delivers no
   * others; `FetchEventSource` does. Payloads are decoded.
   *
   * @returns a function that stops listening, which is also disposable (`using`).
   * @throws {TypeError} when an argument has the wrong type; the message names it.
   */
  onAny(listener: (event: EventOf<M>) => void, options?: OnOptions): Subscription {
    checkListener("onAny", listener, options);
    for (const name of this.#names) this.#relay(name);
    return this.#audience.onAny(listener, options);
  }

  /**
   * The events of `onAny()` from now on, as an iterator. `onDecodeError` decides how it handles a payload that does not decode.
   * Leaving the loop closes the source. The loop throws a final failure, after the events that arrived before it. After
   * `close()` or an abort, the loop ends without the events that it has not taken.
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
    const queue = this.#audience.iterate(options ?? {}, () => this.close());
    for (const name of this.#names) this.#relay(name);
    return queue;
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
   * using source = new EventSource("/events");
   * console.log(await new Promise((resolve) => source.once("message", resolve)));
   */
  declare [dispose]: () => void;

  /** Closes the source at the end of the block of `await using`. */
  declare [asyncDispose]: () => Promise<void>;

  /** Adds a listener, like the method of the browser's class: messages come as `MessageEvent`s, with their data as text. */
  override addEventListener<K extends keyof EventSourceEvents<M> & string>(
    type: K,
    listener: ((event: EventSourceEvents<M>[K]) => unknown) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: ((event: MessageEventOf<string>) => unknown) | EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(type: string, listener: never, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener, options);
    if (type === "decodeerror") this.#audience.hearsDecodeErrors = true;
  }

  #relay(type: string): void {
    if (this.#relayed.has(type)) return;
    this.#relayed.add(type);
    this.addEventListener(type, (event: Event) => {
      if (isMessage(event)) this.#audience.deliver(event.type, event.data, event.lastEventId);
    });
  }

  readonly #abort = (): void => this.#finish({ code: "aborted", cause: this.#signal?.reason });

  #finish(end: End): void {
    super.close();
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#resolveClosed(end);
    this.#audience.end(end);
  }
}

/** Whether an event is an event of the stream. Tested by its data, because a transport may have its own class. */
function isMessage(event: Event): event is MessageEventOf<string> {
  return typeof (event as MessageEventOf<string>).data === "string";
}

function names({ decode, eventNames }: { decode?: AnyDecode | undefined; eventNames?: readonly string[] | undefined }) {
  const decoded = decode === undefined || isDecoder(decode) ? [] : Object.keys(decode);
  return [...new Set(["message", ...(eventNames ?? decoded)])];
}
