/** A shell with its options and its end: what `FetchEventSource` and `events()` share. */
import { BatchReader, type Visitor } from "../engine/batch.js";
import { memory } from "../engine/engine.js";
import { EventSourceError, report } from "../error/errors.js";
import { pace } from "../shell/pace.js";
import { Shell, type ShellHooks } from "../shell/shell.js";
import type { End, ServerSentEvent, SourceUrl } from "../types/types.js";
import { requestParts, type SessionOptions, shellOptions } from "./options.js";

/** What a session tells. Nothing is told after `end`. */
export interface Listener {
  open(response: Response): void;
  /** `name` is empty if the event has none of its own; `setsId` says whether its ID is from a field of its own. */
  event(type: string, data: string, lastEventId: string, name: string, setsId: boolean): void;
  /** A `retry` field, in milliseconds, since the event before; told ahead of the next. */
  retry?(time: number): void;
  /** A connection was lost, or refused for good: then `end` has come already. */
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
  /** `until`, if it is a function. */
  readonly #isLast: ((event: ServerSentEvent) => boolean) | undefined;
  readonly #signal: AbortSignal | undefined;
  /** From when it is first run until it ends. */
  #shell: Shell | undefined;
  #end: End | undefined;
  #resolveClosed!: (end: End) => void;
  #reconnectionTime = 0;

  readonly #visitor: Visitor = {
    event: (name, data, lastEventId, setsId) => {
      // One by one, so that one that throws does not cost those behind it.
      try {
        const type = name || "message";
        if (this.#isLast && this.#completes({ type, data, lastEventId })) return false;
        this.#listener.event(type, data, lastEventId, name, setsId);
      } catch (error) {
        report(error);
      }
      return !this.#end && !this.#reader.isRead && !this.isPaceSpent();
    },
    retry: (time) => this.#listener.retry?.(time),
  };
  readonly #reader: BatchReader;

  constructor(url: SourceUrl, options: SessionOptions, once: boolean, listener: Listener) {
    this.#source = url;
    this.#url = typeof url === "string" ? url : "";
    this.#options = options;
    this.#reader = new BatchReader(memory, this.#visitor, options.lastEventId);
    this.#once = once;
    this.#listener = listener;
    this.#isLast = typeof options.until === "function" ? options.until : undefined;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#signal = options.signal ?? undefined;
    if (this.#signal?.aborted) this.#abort();
    else this.#signal?.addEventListener("abort", this.#abort);
  }

  /** How it ended; `undefined` while it goes on. */
  get end(): End | undefined {
    return this.#end;
  }

  /** Of the last request, or of all. */
  get url(): string {
    return this.#url;
  }

  get readyState(): 0 | 1 | 2 {
    return this.#end ? 2 : (this.#shell?.readyState ?? 0);
  }

  /** The last event ID. While a batch is delivered, that of the event that is delivered. */
  get lastEventId(): string {
    return this.#reader.lastEventId;
  }

  get reconnectionTime(): number {
    return this.#shell?.reconnectionTime ?? this.#reconnectionTime;
  }

  /** Delivers everything as it comes. */
  run(): void {
    this.#start()?.run();
  }

  /** Delivers what comes next. */
  async pull(): Promise<void> {
    await this.#start()?.pull();
  }

  /** Whether to let the event loop turn, by `rest`, before the next event. */
  isPaceSpent(): boolean {
    return pace.isSpent(this.#now);
  }

  rest(): Promise<void> {
    return pace.rest(this.#now);
  }

  reconnect(): void {
    this.#skip();
    this.#shell?.reconnect(this.lastEventId);
  }

  /** Gives up the connection for what the listener threw, which is the `cause` of the failure. */
  fail(cause: unknown): void {
    this.#skip();
    this.#shell?.fail(this.lastEventId, cause);
  }

  /** The unfinished event is discarded: another stream follows. */
  reset(): void {
    this.#shell?.reset();
  }

  /** Ends it, at once. Nothing is delivered afterwards. */
  finish(end: End): void {
    if (this.#end) return;
    this.#reconnectionTime = this.reconnectionTime;
    const shell = this.#shell;
    this.#shell = undefined;
    this.#end = end;
    this.#signal?.removeEventListener("abort", this.#abort);
    shell?.close();
    this.#listener.end(end);
    this.#resolveClosed(end);
  }

  /** Asks `until` of an event, and ends with it. */
  #completes(event: ServerSentEvent): boolean {
    const ask = this.#isLast;
    const isLast = safely(() => {
      const answer = ask?.(event);
      if (typeof answer !== "boolean") throw new TypeError("option 'until' must return true or false, and no promise");
      return answer;
    });
    if (isLast) {
      this.#skip();
      this.#shell?.complete();
    }
    return isLast ?? false;
  }

  readonly #abort = (): void => this.finish({ code: "aborted", cause: this.#signal?.reason });

  readonly #now = (): number => this.#shell?.now() ?? performance.now();

  #start(): Shell | undefined {
    if (this.#end) return undefined;
    this.#shell ??= new Shell(shellOptions(this.#options, this.#once, this.#source), this.#hooks());
    return this.#shell;
  }

  /** What the shell calls, which takes no exception. */
  #hooks(): ShellHooks {
    const options = this.#options;
    return {
      request: async (order, signal) => {
        const parts = await requestParts(this.#source, options, order);
        if (!signal.aborted) this.#url = parts.url;
        return parts;
      },
      retry: (context, evidence) =>
        safely(() => {
          const { retry } = options;
          const answer = typeof retry === "function" ? retry(context, evidence) : "stop";
          if (answer !== "stop" && !(typeof answer === "number" && answer >= 0)) {
            throw new TypeError("option 'retry' must return milliseconds, 0 or more, or \"stop\"");
          }
          return answer === "stop" ? STOP : answer;
        }) ?? STOP,
      open: (response) => {
        if (!this.#end) safely(() => this.#listener.open(response));
      },
      events: (header) => safely(() => this.#deliver(header)),
      lost: (failure, isIdUnsendable) => {
        if (this.#end) return;
        const unsentLastEventId = isIdUnsendable ? this.lastEventId : undefined;
        const error = new EventSourceError({ ...failure, unsentLastEventId });
        if (!error.willReconnect) this.finish({ code: error.code, error });
        safely(() => this.#listener.error(error));
      },
      complete: () => this.finish({ code: "complete" }),
    };
  }

  /** The shell waits for what this returns, and keeps the batch. */
  #deliver(header: number): Promise<void> | undefined {
    return this.#reader.read(header) || this.#end ? undefined : this.#deliverRest();
  }

  async #deliverRest(): Promise<void> {
    do await this.rest();
    while (!this.#end && !this.#reader.resume());
  }

  /** Leaves out the rest of the batch. Once closed, the batch is gone. */
  #skip(): void {
    if (!this.#end) this.#reader.skip();
  }
}

/** What the engine takes for "give up". */
const STOP = -1;

/** Reports what a callback throws, as for a listener. */
function safely<T>(callback: () => T): T | undefined {
  try {
    return callback();
  } catch (error) {
    report(error);
    return undefined;
  }
}
