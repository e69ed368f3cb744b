/** A client of the engine with its options and its end: what `FetchEventSource` and `events()` share. */
import { BatchReader, type Visitor } from "./batch.js";
import { Client, type ClientHooks } from "./client.js";
import { memory } from "./engine.js";
import { EventSourceError, report } from "./errors.js";
import { checkOptions, clientOptions, requestParts } from "./options.js";
import { pace } from "./pace.js";
import type { End, ErrorCode, ReconnectOptions, RequestOptions, SourceUrl } from "./types.js";

/** What a session tells. Nothing is told after `end`. */
export interface Listener {
  open(response: Response): void;
  event(type: string, data: string, lastEventId: string): void;
  /** A connection was lost, or refused for good: then `end` has come already. */
  error(error: EventSourceError): void;
  end(end: End): void;
}

export class Session {
  readonly closed: Promise<End>;
  readonly #source: SourceUrl;
  #url: string;
  readonly #options: RequestOptions & ReconnectOptions;
  readonly #once: boolean;
  readonly #listener: Listener;
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
    event: (name, data, lastEventId) => {
      this.#deliveredId = lastEventId;
      // One by one, so that one that throws does not cost those behind it.
      try {
        this.#listener.event(name || "message", data, lastEventId);
      } catch (error) {
        report(error);
      }
      return this.#isDelivering && !pace.isOver();
    },
  };
  readonly #reader: BatchReader;

  constructor(url: SourceUrl, options: RequestOptions & ReconnectOptions, once: boolean, listener: Listener) {
    checkOptions(options);
    this.#source = url;
    this.#url = typeof url === "string" ? url : "";
    this.#options = options;
    this.#reader = new BatchReader(memory, this.#visitor, options.lastEventId);
    this.#once = once;
    this.#listener = listener;
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
      request: async (attempt, lastEventId, reason, status) => {
        const context = { attempt, lastEventId, reason: reason as ErrorCode | undefined, status };
        const parts = await requestParts(this.#source, options, context);
        this.#url = parts.url;
        return parts;
      },
      retry: (code, attempt, status, retryAfter, reconnectionTime, elapsed) =>
        safely(() => {
          const { retry } = options;
          const context = { code: code as ErrorCode, attempt, status, retryAfter, reconnectionTime, elapsed };
          const answer = typeof retry === "function" ? retry(context) : "stop";
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
        const bodyPrefix = prefix && new TextDecoder().decode(prefix);
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

/** Reports what a callback throws, as for a listener. */
function safely<T>(callback: () => T): T | undefined {
  try {
    return callback();
  } catch (error) {
    report(error);
    return undefined;
  }
}
