/** The options and the hooks of a shell. */
import type { MachineOptions } from "../engine/machine.js";
import type { Failure } from "../error/errors.js";
import type { Clock, RequestContext, RetryContext, ServerSentEvent } from "../types/types.js";
import type { Exchange, Fetch, Given, RequestParts } from "./exchange.js";

/** The options of a shell. */
export interface ShellOptions extends Omit<MachineOptions, "isGiven"> {
  /** A response or a body that the user gave, instead of requests. */
  given?: Given | undefined;
  fetch?: Fetch | undefined;
  clock?: Clock | undefined;
}

/** The context of a request, with the method that the machine decided on. */
export interface RequestOrder extends RequestContext {
  method: string;
}

/** How a connection was opened. */
export interface Opening {
  /** Whether the source was open before. */
  readonly reopened: boolean;
  /** The number of requests, with those that failed. */
  readonly attempts: number;
  /** Milliseconds since the start of the source, or since the end of the last stream. */
  readonly elapsed: number;
  /** The last event ID after which the request continued, also where no header carried it; empty for none. */
  readonly sentLastEventId: string;
}

/** An answer to the question when to connect again. */
export interface RetryAnswer {
  /** Milliseconds, or less than zero to stop. */
  delay: number;
  /** Replaces the last event ID. */
  lastEventId?: string | undefined;
}

/** The functions that the shell calls. They must not throw, but `request` may reject. */
export interface ShellHooks {
  /** Makes the parts of a request. */
  request(order: RequestOrder, exchange: Pick<Exchange, "isAborted">): Promise<RequestParts>;
  /** Decides when to connect again. */
  retry(context: RetryContext, evidence: Pick<Failure, "response" | "bodyPrefix" | "cause">): RetryAnswer;
  /** Whether a response with this content type counts as an event stream. */
  accept?: ((contentType: string | null) => boolean) | undefined;
  lastEventId(): string;
  /** The status of the source has changed. */
  status(): void;
  open(response: Response, opening: Opening): void;
  /** The end of the body cut off this event: ask the user's functions, and answer with `complete` or `failOn`. */
  unfinished(event: ServerSentEvent): void;
  /** Delivers a batch, given the address of its header. Returns a promise if not all events could be delivered at once. */
  events(header: number): Promise<void> | undefined;
  /** `isIdUnsendable`: no header can carry the last event ID. */
  lost(failure: Failure, isIdUnsendable: boolean): void;
  /** The user aborted the request of the given response or body; `cause` is the reason. */
  aborted(cause: unknown): void;
  /** The stream is complete. A source that fails ends with `lost` instead. */
  complete(): void;
}
