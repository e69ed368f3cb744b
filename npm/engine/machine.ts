/** The machine of the engine (`src/machine/`), over the border of `engine/src/client.rs`. */
import type { RetryOptions } from "../types/types.js";
import * as Border from "./constants.js";
import { forgetEngine, give, memory, startEngine } from "./engine.js";
import { Step } from "./step.js";

/** The options of a machine, with their types checked. Times are in milliseconds. */
export interface MachineOptions {
  /** A function counts as POST; the session calls it. */
  method?: unknown;
  hasBody: boolean;
  lastEventId?: string | undefined;
  /** Whether the source is one request that is read to its end. */
  once: boolean;
  /** Whether the user gave the response or the body: nothing is sent. */
  isGiven: boolean;
  /** A policy, a function, or nothing. */
  retry?: unknown;
  connectTimeout?: number | undefined;
  idleTimeout?: number | undefined;
  maxEventSize?: number | undefined;
  /** Any value: the session evaluates it. The engine only learns that some `until` exists. */
  until?: unknown;
  unfinished?: "discard" | "deliver" | "error" | undefined;
  eventTimeout?: number | undefined;
  maxErrorBody?: number | undefined;
  dedupe?: number | undefined;
  onComment?: unknown;
  lastEventIdHeader?: boolean | undefined;
  whenHidden?: "keep" | "pause" | undefined;
  /** Whether the page's life may cause a request to be sent again, as after a time in the back/forward cache. Default true. */
  followsPage?: boolean | undefined;
  /** The reconnection time for a retry function, until the server sets one. */
  reconnectionTime?: number | undefined;
  /** The server's `retry` of an earlier connection, in milliseconds. */
  serverRetry?: number | undefined;
  renewsCredentials: boolean;
}

/** The memory in bytes above which an unused engine is released. */
const MOST_KEPT = 16 * 2 ** 20;

/** The number of machines that are not yet freed. */
let machines = 0;

/** A machine of the engine, which must be freed. */
export class Machine {
  readonly #engine = startEngine();
  /** Called before a text is written into its slot: a clock of the user may throw, and the next call would take the text. */
  readonly #now: () => number;
  /** The handle; 0 once freed. */
  #handle: number;

  /** `now` returns milliseconds since any fixed moment. */
  constructor(options: MachineOptions, now: () => number) {
    this.#now = now;
    giveOptions(options);
    this.#handle = this.#engine.client_new();
    machines += 1;
  }

  get isFree(): boolean {
    return this.#handle === 0;
  }

  free(): void {
    if (this.#handle === 0) return;
    this.#engine.client_free(this.#handle);
    this.#handle = 0;
    machines -= 1;
    // A memory never shrinks: only a new engine has less.
    if (machines === 0 && memory().bytes.length > MOST_KEPT) forgetEngine();
  }

  /** Handles one of the inputs that are a number. Some of them name an event by its last event ID, `id`. */
  handle(input: number, id?: string): void {
    const now = this.#now();
    give(Border.TEXT_ID, id);
    this.#engine.client_handle(this.#handle, input, now);
  }

  /** Handles the timer, which rang for this deadline. */
  timer(deadline: number): void {
    this.#engine.client_timer(this.#handle, deadline, this.#now());
  }

  /** Handles the time of the wall clock. */
  wall(wall: number): void {
    this.#engine.client_wall(this.#handle, wall, this.#now());
  }

  /** Handles the answer to `STEP_ASK`: milliseconds to wait, or less than 0 to stop; `id` replaces the last event ID. */
  decide(wait: number, id: string | undefined): void {
    const now = this.#now();
    give(Border.TEXT_ID, id);
    this.#engine.client_decide(this.#handle, wait, now);
  }

  /** Handles the head of a response. `isAccepted`: the user accepts it as an event stream, whatever its content type. */
  respond(status: number, contentType: string | null, retryAfter: string | null, isAccepted: boolean): void {
    const now = this.#now();
    give(Border.TEXT_CONTENT_TYPE, contentType);
    give(Border.TEXT_RETRY_AFTER, retryAfter);
    this.#engine.client_respond(this.#handle, status, Number(isAccepted), Date.now(), now);
  }

  /** Handles a rejection of `fetch`. There is no URL if a function of the user sent the request. */
  reject(url: string | undefined): void {
    const now = this.#now();
    give(Border.TEXT_URL, url);
    this.#engine.client_reject(this.#handle, now);
  }

  feed(chunk: Uint8Array): void {
    const room = this.#engine.client_room(this.#handle, chunk.length) >>> 0;
    memory().bytes.set(chunk, room);
    this.#engine.client_feed(this.#handle, chunk.length, this.#now());
  }

  /** The next step: the events that have arrived, or an output of the machine. Valid until the next call. */
  poll(): Step {
    return new Step(memory(), this.#engine.client_poll(this.#handle, this.#now()));
  }

  /** Takes a pending `STEP_CANCEL`: whether to abort the request now. */
  takeCancel(): boolean {
    return this.#engine.client_take_cancel(this.#handle) !== 0;
  }

  get readyState(): 0 | 1 | 2 {
    return this.#engine.client_ready_state(this.#handle) as 0 | 1 | 2;
  }

  /** The reconnection time in milliseconds. */
  get reconnectionTime(): number {
    return this.#engine.client_reconnection_time(this.#handle);
  }

  /** The status: one of `STATUS_…`. */
  get status(): number {
    return this.#engine.client_status(this.#handle);
  }

  /** The time of the next request, while the machine waits for it. */
  get waitsUntil(): number {
    return this.#engine.client_waits_until(this.#handle);
  }

  /** Whether the events of the page are inputs. */
  get watchesPage(): boolean {
    return this.#engine.client_watches_page(this.#handle) !== 0;
  }
}

/** Whether a request with this method may be repeated without a `retry` option. */
export function mayResend(method: string): boolean {
  give(Border.TEXT_METHOD, method);
  return startEngine().may_resend() !== 0;
}

/** Whether `accept` must be asked about a response with this head. */
export function mayAccept(status: number, contentType: string | null): boolean {
  give(Border.TEXT_CONTENT_TYPE, contentType);
  return startEngine().may_accept(status) !== 0;
}

const UNFINISHED = {
  discard: Border.UNFINISHED_DISCARD,
  deliver: Border.UNFINISHED_DELIVER,
  error: Border.UNFINISHED_ERROR,
};

/** Writes the options to the place where `client_new` reads them. */
function giveOptions(options: MachineOptions): void {
  const { method, retry } = options;
  give(Border.TEXT_METHOD, typeof method === "function" ? "POST" : (method as string | undefined));
  give(Border.TEXT_ID, options.lastEventId);
  const numbers: (number | boolean | undefined)[] = new Array(Border.OPTION_COUNT);
  numbers[Border.OPTION_ONCE] = options.once;
  numbers[Border.OPTION_GIVEN] = options.isGiven;
  numbers[Border.OPTION_HAS_BODY] = options.hasBody;
  numbers[Border.OPTION_RENEWS_CREDENTIALS] = options.renewsCredentials;
  numbers[Border.OPTION_UNTIL] = options.until !== undefined;
  numbers[Border.OPTION_UNFINISHED] = options.unfinished && UNFINISHED[options.unfinished];
  numbers[Border.OPTION_EVENT_TIMEOUT] = options.eventTimeout;
  numbers[Border.OPTION_MAX_ERROR_BODY] = options.maxErrorBody;
  numbers[Border.OPTION_DEDUPE] = options.dedupe;
  numbers[Border.OPTION_COMMENTS] = options.onComment !== undefined;
  numbers[Border.OPTION_HIDES_LAST_EVENT_ID] = options.lastEventIdHeader === false;
  // Workers count, too: they end with the page.
  numbers[Border.OPTION_IN_PAGE] = "document" in globalThis || "WorkerGlobalScope" in globalThis;
  numbers[Border.OPTION_PAUSES_WHEN_HIDDEN] = options.whenHidden === "pause";
  numbers[Border.OPTION_IGNORES_PAGE] = options.followsPage === false;
  numbers[Border.OPTION_CONNECT_TIMEOUT] = options.connectTimeout;
  numbers[Border.OPTION_IDLE_TIMEOUT] = options.idleTimeout;
  numbers[Border.OPTION_MAX_EVENT_SIZE] = options.maxEventSize;
  numbers[Border.OPTION_RECONNECTION_TIME] = options.reconnectionTime;
  numbers[Border.OPTION_SERVER_RETRY] = options.serverRetry;
  numbers[Border.OPTION_SEED] = Math.random() * 2 ** 32;
  if (typeof retry === "function") {
    numbers[Border.OPTION_RETRY] = Border.RETRY_FUNCTION;
  } else if (retry) {
    const { initialDelay, maxDelay, factor, jitter, maxAttempts } = retry as RetryOptions;
    numbers[Border.OPTION_RETRY] = Border.RETRY_POLICY;
    numbers[Border.OPTION_RETRY_INITIAL_DELAY] = initialDelay;
    numbers[Border.OPTION_RETRY_MAX_DELAY] = maxDelay;
    numbers[Border.OPTION_RETRY_FACTOR] = factor;
    numbers[Border.OPTION_RETRY_JITTER] = jitter;
    numbers[Border.OPTION_RETRY_MAX_ATTEMPTS] = maxAttempts;
  }
  // Booleans arrive as 0 or 1, `undefined` as NaN.
  const address = startEngine().options() >>> 0;
  new Float64Array(memory().bytes.buffer, address, Border.OPTION_COUNT).set(numbers as number[]);
}
