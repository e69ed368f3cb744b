/** The machine of the engine (`src/machine/`), over the border of `engine/src/client.rs`. */
import type { RetryOptions } from "../types/types.js";
import * as Border from "./constants.js";
import { give, memory, startEngine } from "./engine.js";
import { Step } from "./step.js";

/** The options of a machine, with their types checked. Times are in milliseconds. */
export interface MachineOptions {
  method?: string | undefined;
  hasBody: boolean;
  lastEventId?: string | undefined;
  /** Whether this is one request that is read once. */
  once: boolean;
  /** Whether the user gave the response or the body: nothing is sent. */
  isGiven: boolean;
  /** Numbers, a function, or nothing. */
  retry?: unknown;
  connectTimeout?: number | undefined;
  idleTimeout?: number | undefined;
  maxEventSize?: number | undefined;
  /** If a function, the session evaluates it; the engine only learns that some `until` exists. */
  until?: unknown;
  whenHidden?: "keep" | "pause" | undefined;
  /** Whether the page's life may cause a request to be sent again, as after a time in the back/forward cache. Default true. */
  followsPage?: boolean | undefined;
  /** For a retry function, until the server sets one. */
  reconnectionTime?: number | undefined;
  renewsCredentials: boolean;
}

/** A machine of the engine, which must be freed. `now` is in milliseconds since any fixed moment. */
export class Machine {
  readonly #engine = startEngine();
  /** 0 once freed. */
  #handle: number;

  constructor(options: MachineOptions) {
    giveOptions(options);
    this.#handle = this.#engine.client_new();
  }

  get isFree(): boolean {
    return this.#handle === 0;
  }

  free(): void {
    if (this.#handle !== 0) this.#engine.client_free(this.#handle);
    this.#handle = 0;
  }

  /** Takes in one of the inputs that are a mere number. */
  handle(input: number, now: number): void {
    this.#engine.client_handle(this.#handle, input, now);
  }

  /** The timer rang that was set for this deadline. */
  timer(deadline: number, now: number): void {
    this.#engine.client_timer(this.#handle, deadline, now);
  }

  /** The user's answer to `STEP_ASK`: milliseconds to wait, or less than 0 to stop. */
  decide(wait: number, now: number): void {
    this.#engine.client_decide(this.#handle, wait, now);
  }

  respond(status: number, contentType: string | null, retryAfter: string | null, now: number): void {
    give(Border.TEXT_CONTENT_TYPE, contentType);
    give(Border.TEXT_RETRY_AFTER, retryAfter);
    this.#engine.client_respond(this.#handle, status, Date.now(), now);
  }

  /** `fetch` rejected; there is no URL if that was the user's own. */
  reject(url: string | undefined, now: number): void {
    give(Border.TEXT_URL, url);
    this.#engine.client_reject(this.#handle, now);
  }

  feed(chunk: Uint8Array, now: number): void {
    const room = this.#engine.client_room(this.#handle, chunk.length) >>> 0;
    memory.bytes().set(chunk, room);
    this.#engine.client_feed(this.#handle, chunk.length, now);
  }

  /** Connects anew, at once, after the event with this ID. */
  reconnect(id: string, now: number): void {
    give(Border.TEXT_ID, id);
    this.#engine.client_reconnect(this.#handle, now);
  }

  /** A listener failed at the event with this ID, which ends the connection. */
  fail(id: string, now: number): void {
    give(Border.TEXT_ID, id);
    this.#engine.client_fail(this.#handle, now);
  }

  /** What to do next: the events that have arrived, or an output of the machine. Good until the next call. */
  poll(now: number): Step {
    return new Step(memory, this.#engine.client_poll(this.#handle, now));
  }

  /** Whether to abort the request, as by `STEP_CANCEL`, which is then done with. */
  takeCancel(): boolean {
    return this.#engine.client_take_cancel(this.#handle) !== 0;
  }

  get readyState(): 0 | 1 | 2 {
    return this.#engine.client_ready_state(this.#handle) as 0 | 1 | 2;
  }

  /** Milliseconds. */
  get reconnectionTime(): number {
    return this.#engine.client_reconnection_time(this.#handle);
  }

  /** Whether the events of the page are inputs. */
  get watchesPage(): boolean {
    return this.#engine.client_watches_page(this.#handle) !== 0;
  }
}

/** Whether a request with this method may be sent again unasked. */
export function mayResend(method: string): boolean {
  give(Border.TEXT_METHOD, method);
  return startEngine().may_resend() !== 0;
}

/** Puts the options where `client_new` takes them from. */
function giveOptions(options: MachineOptions): void {
  const { retry, until } = options;
  give(Border.TEXT_METHOD, options.method);
  give(Border.TEXT_ID, options.lastEventId);
  if (typeof until === "string") give(Border.TEXT_UNTIL, until);
  const numbers: (number | undefined)[] = new Array(Border.OPTION_COUNT);
  numbers[Border.OPTION_ONCE] = Number(options.once);
  numbers[Border.OPTION_GIVEN] = Number(options.isGiven);
  numbers[Border.OPTION_HAS_BODY] = Number(options.hasBody);
  numbers[Border.OPTION_RENEWS_CREDENTIALS] = Number(options.renewsCredentials);
  numbers[Border.OPTION_UNTIL_FUNCTION] = Number(typeof until === "function");
  numbers[Border.OPTION_PAUSES_WHEN_HIDDEN] = Number(options.whenHidden === "pause");
  numbers[Border.OPTION_IGNORES_PAGE] = Number(options.followsPage === false);
  numbers[Border.OPTION_CONNECT_TIMEOUT] = options.connectTimeout;
  numbers[Border.OPTION_IDLE_TIMEOUT] = options.idleTimeout;
  numbers[Border.OPTION_MAX_EVENT_SIZE] = options.maxEventSize;
  numbers[Border.OPTION_RECONNECTION_TIME] = options.reconnectionTime;
  numbers[Border.OPTION_SEED] = Math.random() * 2 ** 32;
  if (typeof retry === "function") {
    numbers[Border.OPTION_RETRY] = Border.RETRY_FUNCTION;
  } else if (retry) {
    const { initialDelay, maxDelay, factor, jitter, maxAttempts } = retry as RetryOptions;
    numbers[Border.OPTION_RETRY] = Border.RETRY_POLICY;
    numbers[Border.OPTION_RETRY_INITIAL_DELAY] = initialDelay;
    numbers[Border.OPTION_RETRY_MAX_DELAY] = maxDelay;
    numbers[Border.OPTION_RETRY_FACTOR] = factor;
    numbers[Border.OPTION_RETRY_JITTER] = Number(jitter ?? false);
    numbers[Border.OPTION_RETRY_MAX_ATTEMPTS] = maxAttempts;
  }
  // What is undefined arrives as NaN.
  const address = startEngine().options() >>> 0;
  new Float64Array(memory.bytes().buffer, address, Border.OPTION_COUNT).set(numbers as number[]);
}
