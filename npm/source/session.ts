/** The common part of `FetchEventSource` and `events()`: a shell with its options, and how it ended. */
import { BatchReader, type Visitor } from "../engine/batch.js";
import * as Border from "../engine/constants.js";
import { memory, prepareEngine } from "../engine/engine.js";
import { domException, EventSourceError, report } from "../error/errors.js";
import type { Opening, RetryAnswer, ShellHooks } from "../shell/hooks.js";
import { pace } from "../shell/pace.js";
import { Shell } from "../shell/shell.js";
import type { End, ServerSentEvent, SourceStatus, SourceUrl } from "../types/types.js";
import { headerId, initialDelay, requestParts, type SessionOptions, shellOptions, withoutUserinfo } from "./options.js";
import { StoredId } from "./stored-id.js";

/** The members of a session that `FetchEventSource` uses. */
export type SourceSession = Pick<
  Session,
  | "url"
  | "readyState"
  | "lastEventId"
  | "reconnectionTime"
  | "status"
  | "closed"
  | "end"
  | "run"
  | "reconnect"
  | "pause"
  | "resume"
  | "reset"
  | "finish"
>;

/** An internal option: makes the session, instead of a session with a connection of its own. */
export interface Instead {
  session?: ((listener: Listener) => SourceSession) | undefined;
}

/** The notifications of a session. None follows `end`. */
export interface Listener {
  open(response: Pick<Response, "status" | "headers" | "redirected" | "url">, opening: Opening): void;
  /** `name` is empty if the event has none of its own; `setsId` says whether its ID is from a field of its own. */
  event(type: string, data: string, lastEventId: string, name: string, setsId: boolean): void;
  /** An ID without an event. */
  id?(id: string): void;
  /** A `retry` field, in milliseconds, that arrived between two events. Called before the second event. */
  retry?(time: number): void;
  /** The status of the source has changed. */
  status?(): void;
  /** A connection was lost. If it was refused for good, `end` was called before. */
  error(error: EventSourceError): void;
  end(end: End): void;
}

export class Session {
  readonly closed: Promise<End>;
  readonly #source: SourceUrl;
  #url: string;
  readonly #options: SessionOptions;
  readonly #once: boolean;
  readonly #listener: Listener;
  /** `until` and `failOn`. */
  readonly #isLast: Predicate | undefined;
  readonly #isFailure: Predicate | undefined;
  /** The event that `failOn` recognised. */
  #failed: ServerSentEvent | undefined;
  /** The last event ID before the event that `failOn` and `until` are asked about. */
  #idBefore: string;
  /** Whether this stream has delivered an event. */
  #hasDelivered = false;
  /** The last event ID, for a reload of the page. */
  readonly #stored: StoredId | undefined;
  /** Resolves at the end of a pause; `undefined` without a pause. */
  #paused: Promise<void> | undefined;
  #unpause: (() => void) | undefined;
  readonly #signals: readonly AbortSignal[];
  /** The shell, from the first run until the end. */
  #shell: Shell | undefined;
  #end: End | undefined;
  #resolveClosed!: (end: End) => void;
  /** The reconnection time without a shell. */
  #reconnectionTime: number;

  readonly #visitor: Visitor = {
    event: (name, data, lastEventId, setsId) => {
      // Each event has its own `try`: if a listener throws, the events after it are still delivered.
      try {
        const type = name || "message";
        if ((this.#isFailure || this.#isLast) && this.#isEnding({ type, data, lastEventId })) return false;
        this.#idBefore = lastEventId;
        this.#hasDelivered = true;
        this.#listener.event(type, data, lastEventId, name, setsId);
      } catch (error) {
        report(error);
      }
      return this.#goesOn && !this.isPaceSpent();
    },
    retry: (time) => this.#listener.retry?.(time),
    id: (id) => {
      this.#idBefore = id;
      this.#listener.id?.(id);
    },
    comment: (text) => {
      safely(() => this.#options.onComment?.(text));
      return this.#goesOn && !this.isPaceSpent();
    },
  };
  readonly #reader: BatchReader;

  constructor(url: SourceUrl, options: SessionOptions, once: boolean, listener: Listener) {
    this.#source = url;
    this.#url = typeof url === "string" ? withoutUserinfo(url) : "";
    // Only a source that can reconnect has the option: `events()` reads one response.
    if (options.persistId && !once && !options.given) this.#stored = new StoredId(options, this.#url);
    if (this.#stored && typeof url !== "string") throw new TypeError("option 'persistId' needs a URL that is a string");
    const id = this.#stored?.get() ?? options.lastEventId ?? headerId(options.headers);
    this.#options = id === undefined ? options : { ...options, lastEventId: id };
    this.#reader = new BatchReader(memory, this.#visitor, id);
    this.#once = once;
    this.#listener = listener;
    this.#idBefore = id ?? "";
    const { until } = options;
    this.#isLast = typeof until === "string" ? ({ data }) => data === until : predicate(until);
    this.#isFailure = predicate(options.failOn);
    this.#reconnectionTime = options.reconnectionTime ?? initialDelay(options);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    // Not joined by `AbortSignal.any()`, which takes none of another realm.
    this.#signals = [options.signal, options.requestSignal].filter((signal) => signal != null);
    if (this.#abortedSignal) this.#abort();
    else for (const signal of this.#signals) signal.addEventListener("abort", this.#abort);
  }

  /** How the session ended; `undefined` before the end. */
  get end(): End | undefined {
    return this.#end;
  }

  /** The URL of the last request; if it is no function, of all requests. */
  get url(): string {
    return this.#url;
  }

  get readyState(): 0 | 1 | 2 {
    return this.#end ? 2 : (this.#shell?.machine.readyState ?? 0);
  }

  /** The last event ID. While a batch is delivered, the ID of the current event. */
  get lastEventId(): string {
    return this.#reader.lastEventId;
  }

  get status(): SourceStatus {
    if (this.#end) return { state: "closed", end: this.#end };
    const machine = this.#shell?.machine;
    const state = STATES[machine?.status ?? 0] ?? "connecting";
    if (!machine || state !== "waiting") return { state } as SourceStatus;
    return { state, delay: Math.max(0, machine.waitsUntil - this.#now()) };
  }

  get reconnectionTime(): number {
    return this.#shell?.machine.reconnectionTime ?? this.#reconnectionTime;
  }

  /** Delivers everything as it comes. */
  run(): void {
    this.#run().catch(this.#fail);
  }

  /** Delivers what comes next. */
  async pull(): Promise<void> {
    const loading = prepareEngine();
    if (loading) await loading.catch(this.#fail);
    await this.#start()?.pull();
  }

  /** Whether to let the event loop turn, by `rest`, before the next event. */
  isPaceSpent(): boolean {
    return pace.isSpent(this.#now);
  }

  rest(): Promise<void> {
    return pace.rest(this.#now);
  }

  /** Reconnects at once, after the event with this ID. */
  reconnect(id = this.lastEventId): void {
    this.#skip(id);
    this.#idBefore = id;
    if (!this.#end) this.#stored?.set(id);
    this.#shell?.handle(Border.INPUT_RECONNECT, id);
  }

  /** Nothing is delivered, read or sent until `resume`. */
  pause(): void {
    if (this.#end || this.#paused) return;
    this.#paused = new Promise((resolve) => {
      this.#unpause = resolve;
    });
    this.#shell?.handle(Border.INPUT_PAUSE);
    // The loop may be delivering a batch, and would notify only afterwards.
    this.#shell?.notifier.notifyOfStatus();
  }

  resume(): void {
    this.#paused = undefined;
    this.#unpause?.();
    if (this.#end) return;
    this.#shell?.handle(Border.INPUT_RESUME);
    this.#shell?.notifier.notifyOfStatus();
  }

  /** Gives up the connection for what the listener threw, which is the `cause` of the failure. */
  fail(cause: unknown): void {
    this.#skip();
    this.#shell?.fail(this.lastEventId, cause);
  }

  /** Discards the unfinished event, and in a pause the events that wait: another stream follows. */
  reset(): void {
    if (this.#paused) this.#skip(this.lastEventId);
    this.#shell?.handle(Border.INPUT_RESET);
  }

  /** Ends the session at once. Nothing is delivered afterwards. */
  finish(end: End): void {
    if (this.#end) return;
    this.#reconnectionTime = this.reconnectionTime;
    const shell = this.#shell;
    this.#shell = undefined;
    this.#end = end;
    for (const signal of this.#signals) signal.removeEventListener("abort", this.#abort);
    shell?.close();
    this.#paused = undefined;
    this.#unpause?.();
    this.#listener.end(end);
    this.#resolveClosed(end);
  }

  /** Whether the rest of the batch is to be delivered. */
  get #goesOn(): boolean {
    return !this.#end && !this.#paused && !this.#reader.isRead;
  }

  /** Asks `failOn` and then `until` about an event, and ends with it. */
  #isEnding(event: ServerSentEvent): boolean {
    if (ask("failOn", this.#isFailure, event)) {
      this.#failed = event;
      this.#skip(this.#idBefore);
      this.#shell?.handleLast(this.#hasDelivered ? Border.INPUT_FAIL_ON : Border.INPUT_FAIL_ON_FIRST, this.#idBefore);
      return true;
    }
    // The function may have closed the source.
    if (this.#end) return true;
    if (!ask("until", this.#isLast, event)) return false;
    this.#skip();
    this.#shell?.handleLast(Border.INPUT_COMPLETE);
    return true;
  }

  // Signals of polyfills and of old browsers have no reason.
  readonly #abort = (): void =>
    this.finish({ code: "aborted", cause: this.#abortedSignal?.reason ?? domException("aborted", "AbortError") });

  get #abortedSignal(): AbortSignal | undefined {
    return this.#signals.find(({ aborted }) => aborted);
  }

  readonly #now = (): number => this.#shell?.clock.now() ?? performance.now();

  async #run(): Promise<void> {
    const loading = prepareEngine();
    if (loading) await loading;
    await this.#start()?.run();
  }

  /** Ends the session with an error: there is no engine, our code has a fault, or a clock throws. */
  readonly #fail = (cause: unknown): void => {
    if (this.#end) return;
    const failure = { code: "request", attempt: 1, delay: undefined, cause } as const;
    const error = cause instanceof EventSourceError ? cause : new EventSourceError(failure);
    this.finish({ code: error.code, error });
    safely(() => this.#listener.error(error));
  };

  #start(): Shell | undefined {
    if (this.#end || this.#shell) return this.#shell;
    // The user may have called anything while the engine was being loaded.
    const options = { ...this.#options, lastEventId: this.lastEventId };
    this.#shell = new Shell(shellOptions(options, this.#once, this.#source), this.#hooks());
    if (this.#paused) this.#shell.handle(Border.INPUT_PAUSE);
    return this.#shell;
  }

  /** The hooks of the shell. They must not throw. */
  #hooks(): ShellHooks {
    const options = this.#options;
    return {
      request: async (order, exchange) => {
        const parts = await requestParts(this.#source, options, order);
        while (this.#paused) await this.#paused;
        if (!exchange.isAborted) this.#url = parts.url;
        return parts;
      },
      retry: (context, evidence) =>
        safely(() => {
          const { retry } = options;
          const answer = typeof retry === "function" ? retry(context, evidence) : "stop";
          return answer === "stop" ? STOP : retryAnswer(answer);
        }) ?? STOP,
      accept: options.accept && ((contentType) => ask("accept", options.accept, contentType)),
      lastEventId: () => this.lastEventId,
      status: () => {
        if (!this.#end) safely(() => this.#listener.status?.());
      },
      open: (response, opening) => {
        this.#failed = undefined;
        this.#hasDelivered = false;
        if (!this.#end) safely(() => this.#listener.open(response, opening));
      },
      unfinished: (event) => void this.#isEnding(event),
      events: (header) => safely(() => this.#deliver(header)),
      lost: (failure, isIdUnsendable) => {
        if (this.#end) return;
        const unsentLastEventId = isIdUnsendable ? this.lastEventId : undefined;
        const event = failure.code === "event" ? this.#failed : undefined;
        const error = new EventSourceError({ ...failure, event, unsentLastEventId });
        if (!error.willReconnect) this.finish({ code: error.code, error });
        safely(() => this.#listener.error(error));
      },
      aborted: (cause) => this.finish({ code: "aborted", cause }),
      complete: () => this.finish({ code: "complete" }),
    };
  }

  /** Delivers a batch. The shell waits for the promise, and keeps the batch until then. */
  #deliver(header: number): Promise<void> | undefined {
    const isRead = this.#reader.read(header) || this.#end;
    this.#stored?.set(this.lastEventId);
    return isRead ? undefined : this.#deliverRest();
  }

  async #deliverRest(): Promise<void> {
    do {
      await this.rest();
      while (this.#paused) await this.#paused;
    } while (!this.#end && !this.#reader.resume());
    this.#stored?.set(this.lastEventId);
  }

  /** Skips the rest of the batch. After the end there is no batch. */
  #skip(id?: string): void {
    if (!this.#end) this.#reader.skip(id);
  }
}

type Predicate = (event: ServerSentEvent) => boolean;

/** The predicate of an option: a function, a name, names, or an object with a name. */
function predicate(option: Exclude<SessionOptions["until"], string> | SessionOptions["failOn"]): Predicate | undefined {
  if (option === undefined || typeof option === "function") return option;
  const names = [typeof option === "object" && "event" in option ? option.event : option].flat();
  return ({ type }) => names.includes(type);
}

/** Asks a predicate of the user. If it throws, or returns no boolean, the error is reported, and the answer is false. */
function ask<T>(name: string, predicate: ((value: T) => boolean) | undefined, value: T): boolean {
  if (!predicate) return false;
  const answer = safely(() => {
    const answer = predicate(value);
    if (typeof answer !== "boolean") throw new TypeError(`option '${name}' must return true or false, and no promise`);
    return answer;
  });
  return answer ?? false;
}

/** The answer by which the engine gives up. */
const STOP: RetryAnswer = { delay: -1 };

function retryAnswer(answer: unknown): RetryAnswer {
  const { delay, lastEventId } = typeof answer === "object" && answer ? (answer as RetryAnswer) : { delay: answer };
  if (!(typeof delay === "number" && delay >= 0) || !["string", "undefined"].includes(typeof lastEventId)) {
    throw new TypeError(
      "option 'retry' must return milliseconds (0 or more), { delay: milliseconds, lastEventId: string } or \"stop\"",
    );
  }
  return { delay, lastEventId: lastEventId as string | undefined };
}

/** The states, with the values of `STATUS_…` as their indices. */
const STATES = ["connecting", "open", "waiting", "paused"] as const;

/** Reports what a callback throws, as for a listener. */
function safely<T>(callback: () => T): T | undefined {
  try {
    return callback();
  } catch (error) {
    report(error);
    return undefined;
  }
}
