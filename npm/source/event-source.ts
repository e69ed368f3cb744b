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
 * What `addEventListener` gives, by event name.
 *
 * @example
 * const listener = ({ data }: EventSourceEvents<{ update: object }>["update"]) => console.log(data);
 * source.addEventListener("update", listener);
 */
export type EventSourceEvents<M extends EventMap> = { [K in keyof M & string]: MessageEventOf<string> } & {
  /** A connection is there. */
  open: Event;
  /** A connection was lost or refused, of which the browser tells no more; or the server sent an event of this name. */
  error: Event;
  /** A payload does not decode that `on()`, `onAny()` or a loop wants: for others none is made. */
  decodeerror: DecodeErrorEvent;
  /** An event without a name. */
  message: MessageEventOf<string>;
};

const BrowserEventSource = /* @__PURE__ */ browserEventSource();

/** The browser's class; elsewhere one whose constructor throws. A pure call, so that bundlers leave it out where it is not used. */
function browserEventSource(): typeof globalThis.EventSource {
  return (
    globalThis.EventSource ??
    class {
      constructor() {
        throw domException(
          "there is nothing to connect with here: on a server, connect only in the browser, such as in an effect; in a runtime " +
            "without EventSource, use FetchEventSource",
          "NotSupportedError",
        );
      }
    }
  );
}

/** What an `EventSource` has. Its constructor, with what it infers, is an `EventSourceConstructor`. */
export class EventSource<M extends EventMap = AnyEvents> extends BrowserEventSource {
  /** Resolves when the source is closed for good, with why. Never rejects. */
  readonly closed: Promise<End>;
  readonly #audience: Audience;
  /** The events that it can know of before anybody listens to them. */
  readonly #names: string[];
  /** The events that it tells its audience of. */
  readonly #relayed = new Set<string>();
  readonly #signal: AbortSignal | undefined;
  #resolveClosed!: (end: End) => void;

  /** @internal The standard's constructor has a length of 1. */
  constructor(url: string | URL, ...[init]: [init?: EventSourceInit<M> | null]) {
    const options: EventSourceInit<M> = init ?? {};
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
      // A server may send events of this name; those are messages.
      if (this.readyState !== this.CLOSED || isMessage(event)) return;
      const error = new EventSourceError({ code: "unknown", attempt: 1, delay: undefined });
      this.#finish({ code: error.code, error });
    });
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.#abort();
    else this.#signal?.addEventListener("abort", this.#abort);
  }

  /**
   * Closes the connection for good. Nothing is delivered afterwards.
   */
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
   * Calls back with the decoded payload of the next event of one name, as `on()` with `once: true`.
   *
   * `once(source, "message")` of `node:events` calls this, and so resolves with `[payload, event]`.
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

  /** @internal What `node:events` takes back a listener by, where there is an `on()`. */
  removeListener(type: string, listener: unknown): void {
    this.#audience.off(type, listener);
  }

  /**
   * Calls back with messages, and with the events that `eventNames`, `decode` or an `on()` names: the browser tells of no
   * others, where `FetchEventSource` does. Payloads are decoded.
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
   * The events that `onAny()` hears, from now on, as an iterator that has a say in what becomes of a payload that does not
   * decode. Leaving the loop closes the source; a failure for good is thrown in it, after what arrived before. By `close()` or
   * an abort the loop ends without what it has not taken.
   *
   * @throws {TypeError} when an option has the wrong type; the message names it.
   * @example
   * for await (const event of source.events({ onDecodeError: "yield" })) {
   *   if (event.type === "decodeerror") console.warn(event.error.data, event.error.cause);
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
   * The same as `events()`.
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
   * Closes the source, at the end of the block of `using`.
   *
   * @example
   * using source = new EventSource("/events");
   * console.log(await new Promise((resolve) => source.once("message", resolve)));
   */
  declare [dispose]: () => void;

  /** For `await using`. */
  declare [asyncDispose]: () => Promise<void>;

  /**
   * As that of the browser's class: messages come as `MessageEvent`s, with their data as it arrived.
   */
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

/** An event of the stream. By what it has: a transport may have a class of its own. */
function isMessage(event: Event): event is MessageEventOf<string> {
  return typeof (event as MessageEventOf<string>).data === "string";
}

function names({ decode, eventNames }: { decode?: AnyDecode | undefined; eventNames?: readonly string[] | undefined }) {
  const decoded = decode === undefined || isDecoder(decode) ? [] : Object.keys(decode);
  return [...new Set(["message", ...(eventNames ?? decoded)])];
}
