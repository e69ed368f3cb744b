import { decoder } from "../decode/decode.js";
import { DecodeError } from "../error/errors.js";
import { cancelUnread } from "../shell/body.js";
import { isRequest, isResponse, isStream } from "../shell/interfaces.js";
import { asyncDispose, disposable, dispose } from "../source/dispose.js";
import { isCutOff, thrownAt } from "../source/end.js";
import { checkNoRequest, checkRequestOptions, resolveUrl, type SessionOptions } from "../source/options.js";
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
 * The input of `events()`: a URL, a request to send, or a response or a body that exists already.
 *
 * @example
 * const inputs: EventsInput[] = ["/chat", new Request("/chat", { method: "POST", body: "hello" }), response];
 * for (const input of inputs) {
 *   for await (const { data } of events(input, { until: "[DONE]" })) console.log(data);
 * }
 */
export type EventsInput = string | URL | Request | Response | ReadableStream<Uint8Array>;

/**
 * Reads the events of one response. A request that the server accepted is never repeated. Nothing is sent before the first `next()`, and nothing is read
 * from the network before it is needed. Leaving the loop aborts the request.
 *
 * The loop ends with the response, or with the event that `until` describes. It throws an `EventSourceError` when the
 * connection fails, and the reason of the signal after an abort. For a payload that does not decode it throws a `DecodeError`,
 * unless `onDecodeError` says otherwise; `next()` or another loop continues after it.
 *
 * @throws {DOMException} `SyntaxError` when the URL does not parse.
 * @throws {TypeError} when an argument has the wrong type; the message names it. Also when an option of a request, such as
 * `headers`, is given with a response or a body.
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
  ...init: OptionsFor<M, D, EventsInit, N>
): EventStream<EventsOf<M, D, N>>;
/** Reads the events of one response, with `UndecodedEvent`s among them: `onDecodeError` is `"yield"`, or any `OnDecodeError`. */
export function events<M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
  input: EventsInput,
  ...init: OptionsFor<M, D, EventsInit<AnyEvents, OnDecodeError>, N>
): EventStream<EventsOf<M, D, N>, "yield">;
export function events(input: EventsInput, ...init: unknown[]): unknown {
  return read(input, init[0] ?? {});
}

function read(input: EventsInput, options: EventsInit<EventMap, OnDecodeError>): EventStream<EventMap> {
  checkRequestOptions(options);
  if (isResponse(input)) {
    checkNoRequest(options);
    if (input.bodyUsed || input.body?.locked)
      throw new TypeError("events(): the body of 'input' is read already: give a response whose body nobody has read");
    return new Stream(input.url, { ...options, given: { response: input } }, input.body);
  }
  if (isStream(input)) {
    checkNoRequest(options);
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
 * The result of `events()`: an async iterator that can be closed.
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
  /** The events that have arrived, not yet decoded, and the index of the first that is not taken. */
  #arrived: { type: string; data: unknown; lastEventId: string }[] = [];
  #first = 0;
  /** The number of calls of `next`, the number of calls that wait, and the last call that waits. */
  #pulls = 0;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;
  #lastEventId: string;

  /** @internal */
  constructor(
    url: string,
    options: EventsInit<M, OnDecodeError> & Pick<SessionOptions, "given" | "requestSignal">,
    body?: unknown,
  ) {
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
        // A given body that nobody has read would stay open.
        cancelUnread(body);
      },
    });
  }

  /** Resolves with the end of the stream. Never rejects. */
  get closed(): Promise<End> {
    return this.#session.closed;
  }

  /** The last event ID so far: where to resume. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** Aborts the request. A loop ends, without the events that have arrived and are not taken. */
  close(): void {
    this.#session.finish({ code: "closed" });
  }

  /**
   * Resolves with the next event. Calls that wait resolve in their order.
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
    // Calls that wait come first.
    const result = (isToRest ? this.#session.rest() : this.#last).then(() => this.#next());
    const done = () => {
      this.#waiting -= 1;
    };
    this.#last = result.then(done, done);
    return result;
  }

  /** Aborts the request, like leaving a loop. */
  async return(): Promise<IteratorResult<EventOf<M> | Undecoded<O>, undefined>> {
    this.close();
    this.#arrived = [];
    this.#isOver = true;
    return { done: true, value: undefined };
  }

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The events as a `ReadableStream` of objects, to be piped, transformed or teed. It reads from the network only what its
   * reader takes; of a tee, what the faster branch takes. Cancelling it aborts the request. An error of the iterator is the
   * error of the stream.
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
   * Aborts the request at the end of the block of `using`.
   *
   * @example
   * using stream = events("/chat", { body: "hello" });
   * console.log((await stream.next()).value?.data);
   */
  declare [dispose]: () => void;

  /** Aborts the request at the end of the block of `await using`. */
  declare [asyncDispose]: () => Promise<void>;

  async #next(): Promise<IteratorResult<EventOf<M> | Undecoded<O>, undefined>> {
    while (!this.#isOver) {
      // Events that arrived before the end are delivered first.
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

  /** The next event that has arrived, unless all of these are skipped. */
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
        // The decoder may have closed the stream.
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

/** Sends a `Request` of the user, with the headers for event streams and the changes of the options. */
function sender(request: Request, options: RequestOptions): (url: string, init: RequestInit) => Promise<Response> {
  const { withCredentials, credentials, fetch: own } = options;
  return (url, init) => {
    if (request.bodyUsed) throw new TypeError("the body of the request is read already: give a new Request");
    // A function of headers may be called for a second request. Otherwise a copy would only keep the body in memory.
    const input = typeof options.headers === "function" ? request.clone() : request;
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
    // The signal is passed twice, as for other requests.
    if (!own && isNative(input)) return fetch(new Request(input, changed), { signal: init.signal ?? null });
    return completed(changed, input).then((whole) => (own ?? fetch)(url, whole));
  };
}
