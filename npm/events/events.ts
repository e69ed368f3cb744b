import { decoder } from "../decode/decode.js";
import { DecodeError } from "../error/errors.js";
import { cancelUnread } from "../shell/body.js";
import { isRequest, isResponse, isStream } from "../shell/interfaces.js";
import { asyncDispose, disposable, dispose } from "../source/dispose.js";
import { isCutOff, thrownAt } from "../source/end.js";
import { checkRequestOptions, resolveUrl, type SessionOptions } from "../source/options.js";
import { undecoded, unlessGoneOn } from "../source/queue.js";
import { completed, isNative } from "../source/request.js";
import { Session } from "../source/session.js";
import type {
  AnyDecode,
  AnyEvents,
  DecodeOf,
  End,
  EventIterator,
  EventMap,
  EventOf,
  EventsInit,
  EventsOf,
  Inferred,
  NameOf,
  OnDecodeError,
  OptionsFor,
  RequestOptions,
  Undecoded,
} from "../types/types.js";

/**
 * What `events()` can read: a URL, a request to send, or a response or body that is there already.
 *
 * @example
 * const inputs: EventsInput[] = ["/chat", new Request("/chat", { method: "POST", body: "hello" }), response];
 * for (const input of inputs) {
 *   for await (const { data } of events(input, { until: "[DONE]" })) console.log(data);
 * }
 */
export type EventsInput = string | URL | Request | Response | ReadableStream<Uint8Array>;

/**
 * The events of one response, read once: one request, never repeated. Nothing is sent before the first `next()`, and
 * nothing is read from the network but what is pulled. Leaving the loop aborts the request.
 *
 * The loop ends with the response, or with what `until` waits for. It throws an `EventSourceError` when the connection
 * fails, the signal's reason when that aborts, and, unless `onDecodeError` says otherwise, a `DecodeError` for a payload
 * that does not decode, after which `next()` or another loop goes on.
 *
 * @throws {DOMException} `SyntaxError` when the URL does not parse.
 * @throws {TypeError} when an argument has the wrong type; the message names it.
 * @example
 * const chunks = events<{ message: { delta: string } }>("/chat", {
 *   body: JSON.stringify({ prompt: "hello" }),
 *   decode: "json",
 *   until: "[DONE]",
 * });
 * for await (const { data } of chunks) console.log(data.delta);
 */
export function events<M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
  input: EventsInput,
  ...init: OptionsFor<M, D, Omit<EventsInit, "onDecodeError"> & { onDecodeError?: "throw" | "skip" | undefined }, N>
): EventStream<EventsOf<M, D, N>>;
/** With `onDecodeError: "yield"` there are `UndecodedEvent`s among the events. */
export function events<M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
  input: EventsInput,
  ...init: OptionsFor<M, D, Omit<EventsInit, "onDecodeError"> & { onDecodeError: "yield" }, N>
): EventStream<EventsOf<M, D, N>, "yield">;
export function events(input: EventsInput, ...init: unknown[]): unknown {
  return read(input, init[0] ?? {});
}

function read(input: EventsInput, options: EventsInit<EventMap>): EventStream<EventMap> {
  checkRequestOptions(options);
  if (isResponse(input)) {
    if (input.bodyUsed || input.body?.locked)
      throw new TypeError("events(): the body of 'input' is read already: give a response whose body nobody has read");
    return new Stream(input.url, { ...options, given: { response: input } }, input.body);
  }
  if (isStream(input)) {
    if (input.locked) throw new TypeError("events(): 'input' is read already: give a stream without a reader");
    return new Stream("", { ...options, given: { body: input } }, input);
  }
  if (isRequest(input)) {
    return new Stream(input.url, { ...options, requestSignal: input.signal, fetch: sender(input, options) });
  }
  if (typeof input !== "string" && typeof input?.href !== "string") {
    throw new TypeError("events(): 'input' must be a URL, a Request, a Response (await it first) or a ReadableStream");
  }
  return new Stream(resolveUrl(input), options);
}

/**
 * What `events()` returns: an async iterator that can be closed.
 *
 * @example
 * const stream = events("/chat", { body: "hello", until: "[DONE]" });
 * stopButton.onclick = () => stream.close();
 * for await (const { data } of stream) console.log(data);
 * console.log((await stream.closed).code); // "complete", or "closed"
 */
export class EventStream<M extends EventMap = AnyEvents, O extends OnDecodeError = "throw">
  implements EventIterator<EventOf<M> | Undecoded<O>>, Disposable, AsyncDisposable
{
  readonly #session: Session;
  readonly #decode: (type: string, data: string) => unknown;
  readonly #onDecodeError: OnDecodeError;
  /** Not yet decoded, and the index of the first that was not taken. */
  #arrived: { type: string; data: unknown; lastEventId: string }[] = [];
  #first = 0;
  /** Calls of `next`, those that wait, and the last of them. */
  #pulls = 0;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;
  #lastEventId: string;

  /** @internal */
  constructor(url: string, options: EventsInit<M> & Pick<SessionOptions, "given" | "requestSignal">, body?: unknown) {
    this.#decode = decoder(options.decode);
    this.#onDecodeError = options.onDecodeError ?? "throw";
    this.#lastEventId = options.lastEventId ?? "";
    this.#session = new Session(url, options, true, {
      open() {},
      event: (type, data, lastEventId) => {
        if (data !== "" || options.emptyData !== "skip") this.#arrived.push({ type, data, lastEventId });
      },
      error() {},
      end() {
        // One that was given and never read would stay open.
        cancelUnread(body);
      },
    });
  }

  /** Resolves when the stream is over, with why. Never rejects. */
  get closed(): Promise<End> {
    return this.#session.closed;
  }

  /** The last event ID so far: where to resume. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** Aborts the request. A loop over the events ends, without those that have arrived unread. */
  close(): void {
    this.#session.finish({ code: "closed" });
  }

  /**
   * The next event, once it is there. Calls that wait are answered in their order.
   *
   * @example
   * const stream = events("/chat", { body: "hello" });
   * const { value: first } = await stream.next();
   * console.log(first?.data);
   * await stream.return(); // the rest is not read
   */
  next(): Promise<IteratorResult<EventOf<M> | Undecoded<O>, undefined>> {
    this.#pulls += 1;
    const isReady = this.#waiting === 0 && this.#first < this.#arrived.length;
    const isToRest = isReady && this.#session.isPaceSpent();
    const taken = isReady && !isToRest ? this.#takeNow() : undefined;
    if (taken) return taken;
    this.#waiting += 1;
    // In order: behind the calls that wait.
    const result = (isToRest ? this.#session.rest() : this.#last).then(() => this.#next());
    const done = () => {
      this.#waiting -= 1;
    };
    this.#last = result.then(done, done);
    return result;
  }

  /** Ends the request, as leaving a loop does. */
  async return(): Promise<IteratorResult<EventOf<M> | Undecoded<O>, undefined>> {
    this.close();
    this.#arrived = [];
    this.#isOver = true;
    return { done: true, value: undefined };
  }

  /**
   * Itself.
   */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The same events as a stream of objects, to be piped, transformed or teed. It takes from the network what is read of it,
   * and no more; of a tee, what its faster branch reads. Cancelling it aborts the request, and what the iterator throws is
   * its error.
   *
   * @example
   * const answer = events("/chat", { body: "hello", until: "[DONE]" }).toReadableStream();
   * await answer.pipeTo(new WritableStream({ write: ({ data }) => show(data) }));
   */
  toReadableStream(): ReadableStream<EventOf<M> | Undecoded<O>> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          const { done, value } = await this.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => this.close(),
      },
      { highWaterMark: 0 },
    );
  }

  /**
   * Ends the request, at the end of the block of `using`.
   *
   * @example
   * using stream = events("/chat", { body: "hello" });
   * console.log((await stream.next()).value?.data);
   */
  declare [dispose]: () => void;

  /** For `await using`. */
  declare [asyncDispose]: () => Promise<void>;

  async #next(): Promise<IteratorResult<EventOf<M> | Undecoded<O>, undefined>> {
    while (!this.#isOver) {
      // What came before the end is delivered first.
      const event = this.#take();
      if (event) return { done: false, value: event };
      const { end, lastEventId } = this.#session;
      // All events are taken: an ID that came without data counts, too.
      if (!isCutOff(end)) this.#lastEventId = lastEventId;
      if (end) {
        this.#isOver = true;
        for (const thrown of thrownAt(end)) throw thrown;
      } else {
        await this.#session.pull();
      }
    }
    return { done: true, value: undefined };
  }

  /** What has arrived, unless all of that is skipped. */
  #takeNow(): Promise<IteratorResult<EventOf<M> | Undecoded<O>, undefined>> | undefined {
    try {
      const value = this.#take();
      return value && Promise.resolve({ done: false, value });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #take(): EventOf<M> | Undecoded<O> | undefined {
    for (;;) {
      const event = this.#arrived[this.#first];
      if (!event || isCutOff(this.#session.end)) return undefined;
      this.#first += 1;
      if (this.#first === this.#arrived.length) {
        this.#arrived = [];
        this.#first = 0;
      }
      const { type, lastEventId } = event;
      const data = event.data as string;
      this.#lastEventId = lastEventId;
      try {
        event.data = this.#decode(type, data);
        // Which may have closed it.
        if (!isCutOff(this.#session.end)) return event as EventOf<M>;
      } catch (cause) {
        if (isCutOff(this.#session.end)) return undefined;
        const error = new DecodeError(type, data, lastEventId, cause);
        if (this.#onDecodeError === "yield") return undecoded(error) as Undecoded<O>;
        if (this.#onDecodeError === "throw") this.#throw(error);
      }
    }
  }

  #throw(error: DecodeError): never {
    const pulls = this.#pulls;
    unlessGoneOn(
      () => this.#pulls > pulls || this.#waiting > 0,
      () => this.close(),
    );
    throw error;
  }
}

const Stream = /* @__PURE__ */ disposable(EventStream);

/** Sends a request of the user's, with what an event stream wants and what the options change. */
function sender(request: Request, options: RequestOptions): (url: string, init: RequestInit) => Promise<Response> {
  const { withCredentials, credentials, fetch: own } = options;
  return (url, init) => {
    const headers = new Headers(request.headers);
    for (const [name, value] of new Headers(init.headers)) {
      if (name !== "accept" || !headers.has(name)) headers.set(name, value);
    }
    const changed = {
      ...init,
      headers: Object.fromEntries(headers),
      method: (options.method && init.method) ?? request.method,
    };
    if (withCredentials === undefined && !credentials) changed.credentials = request.credentials;
    // The signal once more, as for other requests.
    if (!own && isNative(request)) return fetch(new Request(request, changed), { signal: init.signal ?? null });
    if (request.bodyUsed) throw new TypeError("the body of the request is read already: give a new Request");
    return completed(changed, request).then((whole) => (own ?? fetch)(url, whole));
  };
}
