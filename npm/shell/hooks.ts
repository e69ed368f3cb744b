/** What a shell is given, and what it calls. */
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

/** What the machine decides on a request, and why it is made. */
export interface RequestOrder extends RequestContext {
  method: string;
}

/** How a connection came about. */
export interface Opening {
  /** Whether the source was open before. */
  readonly reopened: boolean;
  /** The requests that it took. */
  readonly attempts: number;
  /** Milliseconds since the start of the source, or since it was open last. */
  readonly elapsed: number;
  /** The last event ID that was sent; empty for none. */
  readonly sentLastEventId: string;
}

/** An answer to the question when to connect again. */
export interface RetryAnswer {
  /** Milliseconds, or less than zero to stop. */
  delay: number;
  /** Instead of the last event ID. */
  lastEventId?: string | undefined;
}

/** What the shell calls. None of these throws, but `request` may reject. */
export interface ShellHooks {
  /** Makes the parts of a request. */
  request(order: RequestOrder, exchange: Pick<Exchange, "isAborted">): Promise<RequestParts>;
  /** When to connect again. */
  retry(context: RetryContext, evidence: Pick<Failure, "response" | "bodyPrefix" | "cause">): RetryAnswer;
  /** Whether a response with this content type is taken for an event stream. */
  accept?: ((contentType: string | null) => boolean) | undefined;
  lastEventId(): string;
  /** What the source is at has changed. */
  status(): void;
  open(response: Response, opening: Opening): void;
  /** The end of the body cut off this event: ask the user's functions, and answer with `complete` or `failOn`. */
  unfinished(event: ServerSentEvent): void;
  /** A batch of events, by the address of its header: a promise if not all of them could be delivered at once. */
  events(header: number): Promise<void> | undefined;
  /** `isIdUnsendable`: no header can carry the last event ID. */
  lost(failure: Failure, isIdUnsendable: boolean): void;
  /** The user aborted the request whose response or body he gave: by this. */
  aborted(cause: unknown): void;
  /** All of it arrived. A source that fails ends with `lost`. */
  complete(): void;
}
