import { thrownAt } from "./end.js";
import { DecodeError, DecodeErrorEvent, EventSourceError, report } from "./errors.js";
import { checkOptions, checkUrl, decoder } from "./options.js";
import { Queue } from "./queue.js";
import { checkOn, subscription } from "./subscription.js";
import type {
  AnyEvents,
  Decode,
  End,
  EventMap,
  EventName,
  EventOf,
  EventSourceInit,
  OnOptions,
  OptionsFor,
  Payload,
  ServerSentEvent,
  Subscription,
} from "./types.js";

/** What `addEventListener` gives, by event name. */
export type EventSourceEvents<M extends EventMap> = { [K in keyof M & string]: MessageEvent<string> } & {
  open: Event;
  error: Event;
  decodeerror: DecodeErrorEvent;
  message: MessageEvent<string>;
};

/** The browser's class, or what says that there is none. */
const BrowserEventSource: typeof globalThis.EventSource =
  globalThis.EventSource ??
  (class {
    constructor() {
      throw new DOMException("this runtime has no EventSource: use FetchEventSource", "NotSupportedError");
    }
  } as never);

/**
 * The browser's own `EventSource` with typed events, `on()`, async iteration, `signal`, `using` and `closed`.
 *
 * Transport, parsing and reconnection are the browser's, and so are its faults: Chromium loses the first event after a BOM
 * that a blank line follows, Firefox raises a `retry` below 500 ms to 500, and none says why a connection failed. Where
 * that matters, use `FetchEventSource`, which has the same interface.
 *
 * @example
 * type Feed = { update: { percent: number }; message: string };
 *
 * const source = new EventSource<Feed>("/events", { decode: { update: "json" } });
 * source.on("update", ({ percent }) => console.log(percent));
 */
export class EventSource<M extends EventMap = AnyEvents> extends BrowserEventSource {
  /** Resolves when the source is closed for good, with why. Never rejects. */
  readonly closed: Promise<End>;
  readonly #decode: (type: string, data: string) => unknown;
  readonly #names: string[];
  readonly #signal: AbortSignal | undefined;
  #resolveClosed!: (end: End) => void;
  #latest: { message: Event; event: ServerSentEvent<string, unknown> | undefined } | undefined;
  #hearsDecodeErrors = false;
  readonly #queues = new Map<Queue<EventOf<M>>, Subscription[]>();

  /**
   * Connects.
   *
   * @throws {DOMException} `SyntaxError` when the URL does not parse; `NotSupportedError` where there is no `EventSource`.
   * @throws {TypeError} when an option has the wrong type; the message names it.
   */
  constructor(url: string | URL, ...[init]: OptionsFor<M, EventSourceInit<M>>) {
    const options: EventSourceInit<M> = init ?? {};
    checkUrl(url);
    checkOptions(options);
    super(url, { withCredentials: options.withCredentials ?? false });
    this.#decode = decoder(options.decode);
    this.#names = names(options.decode);
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

  /** Closes the connection for good. Nothing is delivered afterwards. */
  override close(): void {
    this.#finish({ code: "closed" });
  }

  /**
   * Calls back with the decoded payload of each event of one name.
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
    const handle = (message: Event) => {
      const event = this.#decoded(message);
      if (!event) return;
      if (options?.once) off();
      listener(event.data as Payload<M, K>, event as ServerSentEvent<K, Payload<M, K>>);
    };
    const off = subscription(() => this.removeEventListener(type, handle), options?.signal);
    if (!options?.signal?.aborted) this.addEventListener(type, handle);
    return off;
  }

  /**
   * Messages, and the events that `decode` names: the browser tells of no others. Leaving the loop closes the source; a
   * failure for good is thrown in it.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<EventOf<M>, undefined> {
    const queue = new Queue<EventOf<M>>(() => this.close());
    const push = (_: unknown, event: unknown) => queue.push(event as EventOf<M>);
    this.#queues.set(
      queue,
      this.#names.map((name) => this.on(name, push)),
    );
    if (this.readyState === this.CLOSED) this.closed.then((end) => this.#endQueue(queue, end));
    return queue;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  override addEventListener<K extends keyof EventSourceEvents<M> & string>(
    type: K,
    listener: ((event: EventSourceEvents<M>[K]) => unknown) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: ((event: MessageEvent<string>) => unknown) | EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(type: string, listener: never, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener, options);
    if (type === "decodeerror") this.#hearsDecodeErrors = true;
  }

  /** The event with its payload decoded, once for all who listen; `undefined` if it does not decode. */
  #decoded(message: Event): ServerSentEvent<string, unknown> | undefined {
    if (!isMessage(message)) return undefined;
    if (this.#latest?.message !== message) this.#latest = { message, event: this.#decodeOnce(message) };
    return this.#latest.event;
  }

  #decodeOnce({ type, data, lastEventId }: MessageEvent<string>): ServerSentEvent<string, unknown> | undefined {
    try {
      return { type, data: this.#decode(type, data), lastEventId };
    } catch (cause) {
      const error = new DecodeError(type, data, lastEventId, cause);
      if (this.#hearsDecodeErrors) this.dispatchEvent(new DecodeErrorEvent(error));
      else report(error);
      return undefined;
    }
  }

  readonly #abort = (): void => this.#finish({ code: "aborted", cause: this.#signal?.reason });

  #finish(end: End): void {
    super.close();
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#resolveClosed(end);
    for (const queue of this.#queues.keys()) this.#endQueue(queue, end);
  }

  #endQueue(queue: Queue<EventOf<M>>, end: End): void {
    for (const off of this.#queues.get(queue) ?? []) off();
    this.#queues.delete(queue);
    queue.end(...thrownAt(end));
  }
}

/** An event of the stream. By what it has: a transport may have a class of its own. */
function isMessage(event: Event): event is MessageEvent<string> {
  return typeof (event as MessageEvent<string>).data === "string";
}

/** The event names that an iterator can know. */
function names<M extends EventMap>(decode: Decode<M> | undefined): string[] {
  return [...new Set(["message", ...(typeof decode === "object" ? Object.keys(decode) : [])])];
}
