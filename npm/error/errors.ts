import type { ServerSentEvent } from "../event/event.js";
import { ADVICE } from "./advice.js";
import type { ErrorCode, ResponseHead } from "./code.js";

/** What to do, for people; programs read the fields. The engine does not know these codes. */
const ADVICE_FOR: Record<ErrorCode, string> = {
  ...ADVICE,
  engine: "neither WebAssembly nor its JavaScript build can run here: see the cause of the error",
  unknown: "the browser's EventSource gave up and reports no reason: use FetchEventSource, which reports the reason",
};

/** The facts of a failure. */
export interface Failure {
  code: ErrorCode;
  attempt: number;
  delay: number | undefined;
  response?: Response | undefined;
  bodyPrefix?: string | undefined;
  delivered?: boolean | undefined;
  event?: ServerSentEvent | undefined;
  unfinished?: ServerSentEvent | undefined;
  unsentLastEventId?: string | undefined;
  cause?: unknown;
}

/** What is known of a failure when a retry function is asked about it. */
export type Evidence = Pick<Failure, "response" | "bodyPrefix" | "cause">;

/**
 * A connection was lost, refused or ended. The fields say all; the message is for people. Where an application has two copies of
 * this package, `instanceof` knows the errors of one: ask `code`, which all have.
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
  /** The start of its body, as text: up to `maxErrorBody`. */
  readonly bodyPrefix: string | undefined;
  /** How many attempts in a row have failed, this one included. */
  readonly attempt: number;
  /** Whether the source connects again. */
  readonly willReconnect: boolean;
  /** Milliseconds until it does; `undefined` when it does not. */
  readonly delay: number | undefined;
  /** Whether this attempt delivered an event. */
  readonly delivered: boolean;
  /** The event that `failOn` names. */
  readonly event: ServerSentEvent | undefined;
  /** The event that the end of the body cut off, for want of a blank line. */
  readonly unfinished: ServerSentEvent | undefined;
  /**
   * The last event ID, if it is one that no header can carry, such as one with a control character: requests go out without
   * `Last-Event-ID`, and the server cannot resume from it. Otherwise `undefined`.
   */
  readonly unsentLastEventId: string | undefined;

  /** @internal */
  constructor({ code, attempt, delay, response, bodyPrefix, unsentLastEventId, cause, ...facts }: Failure) {
    const status = response && code === "status" ? ` (status ${response.status})` : "";
    const next = delay === undefined ? "" : "; another attempt follows";
    super(ADVICE_FOR[code] + status + next, cause === undefined ? undefined : { cause });
    this.code = code;
    this.delivered = facts.delivered ?? false;
    this.event = facts.event;
    this.unfinished = facts.unfinished;
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
    super(`the data of event '${type}' does not decode: see the cause; compare the data with the expected type`, {
      cause,
    });
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
  /** Whether the source was open before: what was missed meanwhile may have to be fetched. */
  readonly reopened: boolean;
  /** The requests that it took: 1, and one for each that failed. */
  readonly attempts: number;
  /** Milliseconds since the start of the source, or since it was open last. */
  readonly elapsed: number;
  /** The last event ID that was sent; empty for none. */
  readonly sentLastEventId: string;

  /** @internal */
  constructor(
    response: ResponseHead,
    opening: Pick<OpenEvent, "reopened" | "attempts" | "elapsed" | "sentLastEventId">,
  ) {
    super("open");
    this.response = response;
    this.reopened = opening.reopened;
    this.attempts = opening.attempts;
    this.elapsed = opening.elapsed;
    this.sentLastEventId = opening.sentLastEventId;
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
    // In content scripts of Firefox, the event is an instance of the browser's class alone (bug 1820521).
    Object.setPrototypeOf(this, new.target.prototype);
    this.error = error;
  }

  /** The status of a refused response, as version 3 and later of the package `eventsource` have it. */
  get code(): number | undefined {
    return this.error.status;
  }

  /** The status of a refused response, as versions 1 and 2 of the package `eventsource` have it. */
  get status(): number | undefined {
    return this.error.status;
  }

  /** The message of `error`. */
  get message(): string {
    return this.error.message;
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

/** A `DOMException`, or where there is none, as in React Native, an error of that name. */
export function domException(message: string, name: string): Error {
  if (globalThis.DOMException) return new DOMException(message, name);
  return Object.assign(new Error(message), { name });
}

/** Reports an exception as one that a listener threw: `window.onerror`, or Node's `uncaughtException`. */
export function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
