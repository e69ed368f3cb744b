/** A client of the engine with its options and its end: what `FetchEventSource` and `events()` share. */
import { BatchReader, type Visitor } from "../engine/batch.js";
import { memory } from "../engine/engine.js";
import { EventSourceError, report } from "../error/errors.js";
import { pace } from "../shell/pace.js";
import { Client, type ClientHooks } from "../shell/shell.js";
import type { End, ErrorCode, ServerSentEvent, SourceUrl } from "../types/types.js";
import { clientOptions, requestParts, type SessionOptions } from "./options.js";

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
  #client: Client | undefined;
  #end: End | undefined;
  #resolveClosed!: (end: End) => void;
  /** Of the event that is delivered; ahead of it the engine has parsed the rest of the chunk. */
  #deliveredId: string | undefined;
  #lastEventId: string;
  #reconnectionTime: number;

  readonly #visitor: Visitor = {
    event: (name, data, lastEventId, setsId) => {
      this.#deliveredId = lastEventId;
      // One by one, so that one that throws does not cost those behind it.
      try {
        const type = name || "message";
        if (this.#isLast && this.#completes({ type, data, lastEventId })) return false;
        this.#listener.event(type, data, lastEventId, name, setsId);
      } catch (error) {
        report(error);
      }
      return this.#isDelivering && !pace.isOver();
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
    this.#lastEventId = options.lastEventId ?? "";
    this.#reconnectionTime = 0;
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

  get isOpen(): boolean {
    return this.#client?.isOpen ?? false;
  }

  get lastEventId(): string {
    return this.#deliveredId ?? this.#client?.lastEventId ?? this.#lastEventId;
  }

  get reconnectionTime(): number {
    return this.#client?.reconnectionTime ?? this.#reconnectionTime;
  }

  /** Delivers everything as it comes. */
  run(): void {
    this.#start()?.run();
  }

  /** Delivers what comes next. */
  async pull(): Promise<void> {
    await this.#start()?.pull();
  }

  reconnect(): void {
    const { lastEventId } = this;
    this.#deliveredId = undefined;
    this.#client?.reconnect(lastEventId);
  }

  /** Gives up the connection for what the listener threw, which is the `cause` of the failure. */
  fail(cause: unknown): void {
    const { lastEventId } = this;
    this.#deliveredId = undefined;
    this.#client?.fail(lastEventId, cause);
  }

  /** What has come of an unfinished event is forgotten: another stream follows. */
  reset(): void {
    this.#client?.reset();
  }

  /** Ends it, at once. Nothing is delivered afterwards. */
  finish(end: End): void {
    if (this.#end) return;
    this.#lastEventId = this.lastEventId;
    this.#reconnectionTime = this.reconnectionTime;
    const client = this.#client;
    this.#client = undefined;
    this.#end = end;
    this.#signal?.removeEventListener("abort", this.#abort);
    client?.close();
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
    if (isLast) this.finish({ code: "complete" });
    return isLast ?? false;
  }

  readonly #abort = (): void => this.finish({ code: "aborted", cause: this.#signal?.reason });

  #start(): Client | undefined {
    if (this.#end) return undefined;
    this.#client ??= new Client(clientOptions(this.#options, this.#once, this.#source), this.#hooks());
    return this.#client;
  }

  /** What the client calls, which takes no exception. */
  #hooks(): ClientHooks {
    const options = this.#options;
    return {
      request: async (attempt, lastEventId, reason, status, signal) => {
        const context = { attempt, lastEventId, reason: reason as ErrorCode | undefined, status };
        const parts = await requestParts(this.#source, options, context);
        if (!signal.aborted) this.#url = parts.url;
        return parts;
      },
      retry: (code, attempt, status, retryAfter, reconnectionTime, elapsed, response, prefix, cause) =>
        safely(() => {
          const { retry } = options;
          const evidence = { response, bodyPrefix: textOf(prefix), cause };
          const context = { code: code as ErrorCode, attempt, status, retryAfter, reconnectionTime, elapsed };
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
      lost: (code, attempt, delay, response, prefix, isIdUnsendable, cause) => {
        if (this.#end) return;
        const unsentLastEventId = isIdUnsendable ? this.lastEventId : undefined;
        const bodyPrefix = textOf(prefix);
        const error = new EventSourceError({
          code: code as ErrorCode,
          attempt,
          delay,
          response,
          bodyPrefix,
          unsentLastEventId,
          cause,
        });
        if (!error.willReconnect) this.finish({ code: error.code, error });
        safely(() => this.#listener.error(error));
      },
      closed: (code) => this.finish({ code: code as "complete" }),
    };
  }

  /** The client waits for what this returns, and keeps the batch. */
  #deliver(header: number): Promise<void> | undefined {
    pace.begin();
    const isRead = this.#reader.read(header);
    pace.end();
    if (!isRead && this.#isDelivering) return this.#deliverRest();
    this.#endBatch();
    return undefined;
  }

  async #deliverRest(): Promise<void> {
    do await pace.rest();
    while (this.#isDelivering && !this.#reader.resume());
    pace.end();
    this.#endBatch();
  }

  #endBatch(): void {
    if (!this.#end) this.#reader.skip();
    this.#deliveredId = undefined;
  }

  /** Neither ended nor connecting anew: then the rest of a batch is asked for again. */
  get #isDelivering(): boolean {
    return !this.#end && this.#deliveredId !== undefined;
  }
}

/** What the engine takes for "give up". */
const STOP = -1;

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
}

/** Reports what a callback throws, as for a listener. */
function safely<T>(callback: () => T): T | undefined {
  try {
    return callback();
  } catch (error) {
    report(error);
    return undefined;
  }
}
