import { ADVICE } from "./advice.js";
import type { ErrorCode, ResponseHead } from "./code.js";

/** What to do, for people; programs read the fields. The engine does not know the code of the browser's own class. */
const ADVICE_FOR: Record<ErrorCode, string> = {
  ...ADVICE,
  unknown: "the browser's EventSource gave up and does not say why: FetchEventSource does",
};

/** The facts of a failure. */
export interface Failure {
  code: ErrorCode;
  attempt: number;
  delay: number | undefined;
  response?: Response | undefined;
  bodyPrefix?: string | undefined;
  unsentLastEventId?: string | undefined;
  cause?: unknown;
}

/** What is known of a failure when a retry function is asked about it. */
export type Evidence = Pick<Failure, "response" | "bodyPrefix" | "cause">;

/**
 * A connection was lost, refused or ended. The fields say all; the message is for people.
 *
 * @example
 * source.addEventListener("error", ({ error }) => {
 *   if (error?.willReconnect) show(`again in ${error.delay} ms`);
 *   else if (error?.status === 401) signIn();
 * });
 */
export class EventSourceError extends Error {
  override readonly name = "EventSourceError";
  /** What happened. */
  readonly code: ErrorCode;
  /** The status of a refused response; `undefined` when the response was not what failed. */
  readonly status: number | undefined;
  /** Its headers. */
  readonly headers: Headers | undefined;
  /** The first KiB of its body, as text. */
  readonly bodyPrefix: string | undefined;
  /** How many attempts in a row have failed, this one included. */
  readonly attempt: number;
  /** Whether the source connects again. */
  readonly willReconnect: boolean;
  /** Milliseconds until it does; `undefined` when it does not. */
  readonly delay: number | undefined;
  /**
   * The last event ID, if it is one that no header can carry, such as one with a control character: requests go out without
   * `Last-Event-ID`, and the server cannot resume from it. Otherwise `undefined`.
   */
  readonly unsentLastEventId: string | undefined;

  /** @internal */
  constructor({ code, attempt, delay, response, bodyPrefix, unsentLastEventId, cause }: Failure) {
    const status = response && code === "status" ? ` (status ${response.status})` : "";
    super(ADVICE_FOR[code] + status, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = response?.status;
    this.headers = response?.headers;
    this.bodyPrefix = bodyPrefix;
    this.attempt = attempt;
    this.delay = delay;
    this.unsentLastEventId = unsentLastEventId;
    this.willReconnect = delay !== undefined;
  }
}

/**
 * A payload that `decode` refused. The stream goes on; `cause` has what `decode` threw.
 *
 * @example
 * source.on("update", ({ percent }) => show(percent));
 * source.addEventListener("decodeerror", ({ error }) => console.warn(error.type, error.data, error.cause));
 */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  /** The event's name. */
  readonly type: string;
  /** Its data, as it arrived. */
  readonly data: string;
  /** The last event ID at this event. */
  readonly lastEventId: string;

  /** @internal */
  constructor(type: string, data: string, lastEventId: string, cause: unknown) {
    super(`the data of event "${type}" does not decode: see data and cause`, { cause });
    this.type = type;
    this.data = data;
    this.lastEventId = lastEventId;
  }
}

/**
 * The `open` event of a `FetchEventSource`, with the head of the response.
 *
 * @example
 * source.addEventListener("open", ({ response }) => console.log(response.headers.get("x-request-id")));
 */
export class OpenEvent extends Event {
  /** Its status, headers and URL. */
  readonly response: ResponseHead;

  /** @internal */
  constructor(response: ResponseHead) {
    super("open");
    this.response = response;
  }
}

/**
 * The `error` event of a `FetchEventSource`.
 *
 * @example
 * source.onerror = (event) => {
 *   // Not so for an event that the server names "error".
 *   if (event instanceof SourceErrorEvent) console.warn(event.error.code, event.error.delay);
 * };
 */
export class SourceErrorEvent extends Event {
  /** What happened, and whether the source connects again. */
  readonly error: EventSourceError;

  /** @internal */
  constructor(error: EventSourceError) {
    super("error");
    this.error = error;
  }
}

/**
 * The `decodeerror` event: a payload that `decode` refused. Only what `on()`, `onAny()` or a loop wants is decoded.
 *
 * @example
 * source.on("update", ({ percent }) => show(percent));
 * source.addEventListener("decodeerror", (event: DecodeErrorEvent) => console.warn(event.error.data));
 */
export class DecodeErrorEvent extends Event {
  /** The event's name, its data, and what `decode` threw. */
  readonly error: DecodeError;

  /** @internal */
  constructor(error: DecodeError) {
    super("decodeerror");
    this.error = error;
  }
}

/** Reports an exception as one that a listener threw: `window.onerror`, or Node's `uncaughtException`. */
export function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
