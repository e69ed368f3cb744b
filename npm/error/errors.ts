import type { ServerSentEvent } from "../event/event.js";
import { ADVICE } from "./advice.js";
import type { ErrorCode, ResponseHead } from "./code.js";

/** The messages of errors, for people; programs read the fields. The engine does not use the codes `engine` and `unknown`. */
const ADVICE_FOR: Record<ErrorCode, string> = {
  ...ADVICE,
  engine: "neither WebAssembly nor its JavaScript build can run here: see the cause of the error",
  unknown: "the browser's EventSource gave up: FetchEventSource gives the reason",
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

/** Failure details that stay in JavaScript: response, body prefix, cause. */
export type Evidence = Pick<Failure, "response" | "bodyPrefix" | "cause">;

/**
 * The error of a connection that was lost, refused or ended. Programs read the fields; the message is for people. If an
 * application has two copies of this package, `instanceof` recognizes the errors of only one: check `code`, which all have.
 *
 * @example
 * source.addEventListener("error", ({ error }) => {
 *   if (error?.willReconnect) show(`again in ${error.delay} ms`);
 *   else if (error?.status === 401) signIn();
 * });
 */
export class EventSourceError extends Error {
  override readonly name = "EventSourceError";
  /** Why the connection failed. */
  readonly code: ErrorCode;
  /** The status of a refused response; `undefined` if the failure was not a refusal. */
  readonly status: number | undefined;
  /** The headers of the refused response. */
  readonly headers: Headers | undefined;
  /** The start of the body of the refused response, as text: up to `maxErrorBody` bytes. */
  readonly bodyPrefix: string | undefined;
  /** Failures in a row, this one included. */
  readonly attempt: number;
  /** Whether the source connects again. */
  readonly willReconnect: boolean;
  /** Milliseconds until the source connects again; `undefined` when it does not. */
  readonly delay: number | undefined;
  /** Whether this attempt delivered an event. */
  readonly delivered: boolean;
  /** The event of `failOn`. */
  readonly event: ServerSentEvent | undefined;
  /** The event that the end of the body cut off before its blank line, unless it was delivered. */
  readonly unfinished: ServerSentEvent | undefined;
  /**
   * The last event ID, if no header can carry it, as with a control character. Requests then have no `Last-Event-ID`, and the
   * server cannot resume. Otherwise `undefined`.
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
 * The error of a payload that does not decode. The stream continues. `cause` has the error that `decode` threw.
 *
 * @example
 * source.on("update", ({ percent }) => show(percent));
 * source.addEventListener("decodeerror", ({ error }) => console.warn(error.type, error.data, error.cause));
 */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  /** The event's name. */
  readonly type: string;
  /** The event's data, as it arrived. */
  readonly data: string;
  /** The last event ID at this event. */
  readonly lastEventId: string;

  /** @internal */
  constructor(type: string, data: string, lastEventId: string, cause: unknown) {
    super(`the data of event '${type}' does not decode: see data and cause`, {
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
  /** The status, the headers and the URL of the response. */
  readonly response: ResponseHead;
  /** Whether the source was open before. If so, the application may have to fetch the events that it missed. */
  readonly reopened: boolean;
  /** The number of requests until the source was open: 1, plus one for each failure. */
  readonly attempts: number;
  /** Milliseconds since the start of the source, or since it was last open. */
  readonly elapsed: number;
  /** The last event ID after which the request continued, also where no header carried it; empty for none. */
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
  /** The error, with the delay before the source connects again. */
  readonly error: EventSourceError;

  /** @internal */
  constructor(error: EventSourceError) {
    super("error");
    // In content scripts of Firefox, the event is an instance of the browser's class alone (bug 1820521).
    Object.setPrototypeOf(this, new.target.prototype);
    this.error = error;
  }

  /** The status of a refused response, under the name that version 3 and later of the package `eventsource` use. */
  get code(): number | undefined {
    return this.error.status;
  }

  /** The status of a refused response, under the name that versions 1 and 2 of the package `eventsource` use. */
  get status(): number | undefined {
    return this.error.status;
  }

  /** The message of `error`. */
  get message(): string {
    return this.error.message;
  }
}

/**
 * The `decodeerror` event: a payload does not decode. Payloads are decoded only for `on()`, `onAny()` and loops.
 *
 * @example
 * source.on("update", ({ percent }) => show(percent));
 * source.addEventListener("decodeerror", (event: DecodeErrorEvent) => console.warn(event.error.data));
 */
export class DecodeErrorEvent extends Event {
  /** The error, with the event's name, its data, and the error that `decode` threw. */
  readonly error: DecodeError;

  /** @internal */
  constructor(error: DecodeError) {
    super("decodeerror");
    this.error = error;
  }
}

/** Makes a `DOMException`, or an `Error` of that name in runtimes without one, such as React Native. */
export function domException(message: string, name: string): Error {
  if (globalThis.DOMException) return new DOMException(message, name);
  return Object.assign(new Error(message), { name });
}

/** Reports an exception like one of a listener: to `window.onerror`, or to the `uncaughtException` event of Node. */
export function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
