/** A client of the engine with its options and its end: what `FetchEventSource` and `events()` share. */
import { type Visitor, visit } from "./batch.js";
import { type Client, type ClientHooks, startClient } from "./engine.js";
import { EventSourceError } from "./errors.js";
import { checkOptions, clientOptions, requestParts } from "./options.js";
import type { End, ErrorCode, ReconnectOptions, RequestOptions } from "./types.js";

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
  readonly #listener: Listener;
  readonly #signal: AbortSignal | undefined;
  #client: Client | undefined;
  #end: End | undefined;
  #resolveClosed!: (end: End) => void;
  /** Of the event that is delivered; ahead of it the engine has parsed the rest of the chunk. */
  #deliveredId: string | undefined;
  #lastEventId: string;
  #reconnectionTime = 0;

  constructor(url: string, options: RequestOptions & ReconnectOptions, once: boolean, listener: Listener) {
    checkOptions(options);
    this.#listener = listener;
    this.#lastEventId = options.lastEventId ?? "";
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#client = startClient(clientOptions(options, once), this.#hooks(url, options));
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.#abort();
    else this.#signal?.addEventListener("abort", this.#abort);
  }

  /** How it ended; `undefined` while it goes on. */
  get end(): End | undefined {
    return this.#end;
  }

  get lastEventId(): string {
    return this.#deliveredId ?? this.#client?.lastEventId ?? this.#lastEventId;
  }

  get reconnectionTime(): number {
    return this.#client?.reconnectionTime ?? this.#reconnectionTime;
  }

  /** Delivers everything as it comes. */
  run(): void {
    this.#client?.run();
  }

  /** Delivers what comes next. */
  async pull(): Promise<void> {
    await this.#client?.pull();
  }

  reconnect(): void {
    this.#client?.reconnect();
  }

  /** Ends it, at once. Nothing is delivered afterwards. */
  finish(end: End): void {
    const client = this.#client;
    if (!client) return;
    this.#lastEventId = this.lastEventId;
    this.#reconnectionTime = this.reconnectionTime;
    this.#client = undefined;
    this.#end = end;
    this.#signal?.removeEventListener("abort", this.#abort);
    client.close();
    this.#listener.end(end);
    this.#resolveClosed(end);
  }

  readonly #abort = (): void => this.finish({ code: "aborted", cause: this.#signal?.reason });

  #hooks(url: string, options: RequestOptions & ReconnectOptions): ClientHooks {
    const { retry } = options;
    return {
      request: (attempt, lastEventId, reason, status) =>
        requestParts(url, options, { attempt, lastEventId, reason: reason as ErrorCode | undefined, status }),
      retry: (code, attempt, status, retryAfter, reconnectionTime, elapsed) => {
        if (typeof retry !== "function") return -1;
        const context = { code: code as ErrorCode, attempt, status, retryAfter, reconnectionTime, elapsed };
        const answer = retry(context);
        return typeof answer === "number" && answer >= 0 ? answer : -1;
      },
      open: (response) => {
        if (!this.#end) this.#listener.open(response);
      },
      events: (header) => this.#deliver(header),
      lost: (code, attempt, delay, response, prefix, cause) => {
        if (this.#end) return;
        const bodyPrefix = prefix && new TextDecoder().decode(prefix);
        const error = new EventSourceError({ code: code as ErrorCode, attempt, delay, response, bodyPrefix, cause });
        if (!error.willReconnect) this.finish({ code: error.code, error });
        this.#listener.error(error);
      },
      closed: (code) => this.finish({ code: code as "complete" }),
    };
  }

  #deliver(header: number): void {
    visit(header, this.#visitor);
    this.#deliveredId = undefined;
  }

  readonly #visitor: Visitor = {
    event: (name, data, lastEventId) => {
      this.#deliveredId = lastEventId;
      this.#listener.event(name || "message", data, lastEventId);
      return this.#end === undefined;
    },
  };
}
