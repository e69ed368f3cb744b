/**
 * The loop of the machine (`src/machine/mod.rs`) over `fetch`, a reader, one timer and the page's events. What to do and when
 * is decided in the engine.
 */
import * as Border from "../engine/constants.js";
import { give, memory, startEngine } from "../engine/engine.js";
import { Step } from "../engine/step.js";
import type { Failure } from "../error/errors.js";
import type { Clock, ErrorCode, RequestContext, RetryContext, RetryOptions } from "../types/types.js";
import { AlarmClock } from "./clock.js";
import { eventStreamResponse } from "./event-stream.js";
import { Exchange, type Fetch, type News, type RequestParts } from "./exchange.js";
import { listenToPage } from "./page.js";
import { nextTask } from "./task.js";

/** With their types checked. Times are in milliseconds. */
export interface ShellOptions {
  method?: string | undefined;
  hasBody: boolean;
  lastEventId?: string | undefined;
  /** Whether this is one request that is read once. */
  once: boolean;
  /** A response or a body that the user gave, instead of requests. */
  given?: { response: Response } | { body: ReadableStream<unknown> } | undefined;
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
  fetch?: Fetch | undefined;
  clock?: Clock | undefined;
}

/** What the machine decides on a request, and why it is made. */
export interface RequestOrder extends RequestContext {
  method: string;
}

/** What the shell calls. None of these throws, but `request` may reject. */
export interface ShellHooks {
  /** Makes the parts of a request. */
  request(order: RequestOrder, signal: AbortSignal): Promise<RequestParts>;
  /** Milliseconds to wait, or less than zero to stop. */
  retry(context: RetryContext, evidence: Pick<Failure, "response" | "bodyPrefix" | "cause">): number;
  open(response: Response): void;
  /** A batch of events, by the address of its header: a promise if not all of them could be delivered at once. */
  events(header: number): Promise<void> | undefined;
  /** `isIdUnsendable`: no header can carry the last event ID. */
  lost(failure: Failure, isIdUnsendable: boolean): void;
  /** `closed`, `complete`, or the code of the failure with which `lost` was just called. */
  closed(code: string): void;
}

/** What is left of a shell that nobody holds any more. */
interface Held {
  /** The engine's side; 0 once closed. */
  handle: number;
  exchange: Exchange | undefined;
}

const registry = /* @__PURE__ */ new FinalizationRegistry(release);

/** A source whose consumer pulls it. */
export class Shell {
  readonly #engine = startEngine();
  readonly #options: ShellOptions;
  readonly #hooks: ShellHooks;
  readonly #clock: AlarmClock;
  readonly #held: Held;
  #isStarted = false;
  #ignorePage: (() => void) | undefined;
  /** The news of the exchange, until they are taken in. */
  #news: News | undefined;
  /** The response of the exchange. */
  #response: Response | undefined;
  /** What the exchange failed with, or a listener. */
  #cause: unknown;
  #wake: (() => void) | undefined;

  /** Sends nothing before `run` or `pull`. */
  constructor(options: ShellOptions, hooks: ShellHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = new AlarmClock(options.clock, (deadline) => {
      this.#engine.client_timer(this.#held.handle, deadline, this.now());
      this.#wakeUp();
    });
    this.#held = { handle: newClient(options), exchange: undefined };
    registry.register(this, this.#held, this.#held);
    if (options.given) this.#takeGiven(options.given);
  }

  /** Delivers everything as it comes, until the source is closed. */
  async run(): Promise<void> {
    // Whoever made the source listens first.
    await undefined;
    while (await this.pull());
  }

  now(): number {
    return this.#clock.now();
  }

  get readyState(): 0 | 1 | 2 {
    return this.#engine.client_ready_state(this.#held.handle) as 0 | 1 | 2;
  }

  /** Milliseconds. */
  get reconnectionTime(): number {
    return this.#engine.client_reconnection_time(this.#held.handle);
  }

  /** Connects anew, at once, after the event with this ID. */
  reconnect(id: string): void {
    give(Border.TEXT_ID, id);
    this.#engine.client_reconnect(this.#held.handle, this.now());
    this.#wakeUp();
  }

  /** Gives up the connection, as a listener failed at the event with this ID. */
  fail(id: string, cause: unknown): void {
    this.#cause = cause;
    give(Border.TEXT_ID, id);
    this.#engine.client_fail(this.#held.handle, this.now());
    this.#wakeUp();
  }

  /** The event that was delivered last completes the stream, at once: nobody may ever pull again. */
  complete(): void {
    this.#notify(Border.INPUT_COMPLETE);
    this.#end(this.#poll());
  }

  /** Discards the unfinished event: the rest of the body is another stream. */
  reset(): void {
    this.#notify(Border.INPUT_RESET);
  }

  /** Aborts what is under way and frees the engine's side. */
  close(): void {
    this.#cancel();
    this.#clock.clear();
    this.#ignorePage?.();
    registry.unregister(this.#held);
    release(this.#held);
    this.#wakeUp();
  }

  /** Delivers what comes next; false after the last. Nothing is read from the network meanwhile. */
  async pull(): Promise<boolean> {
    // It may have been closed before it began.
    if (!this.#isStarted && this.#held.handle !== 0) this.#start();
    // Hooks run code of the user's, which may close the source.
    while (this.#held.handle !== 0) {
      // What has arrived goes before a deadline that has passed.
      if (this.#news) this.#takeIn(this.#news);
      const step = this.#poll();
      switch (step.kind) {
        case Border.STEP_EVENTS: {
          const delivered = this.#hooks.events(step.batch);
          if (delivered) await delivered;
          return true;
        }
        case Border.STEP_SEND:
          this.#send(step);
          break;
        case Border.STEP_READ:
          this.#await((exchange) => exchange.read());
          break;
        case Border.STEP_CANCEL:
          this.#cancel();
          break;
        case Border.STEP_YIELD:
          await nextTask();
          break;
        case Border.STEP_OPEN:
          this.#hooks.open(this.#response as Response);
          return true;
        case Border.STEP_ASK:
          this.#ask(step);
          break;
        case Border.STEP_LOST:
          this.#lose(step);
          return true;
        case Border.STEP_FAILED:
        case Border.STEP_ENDED:
          this.#end(step);
          return false;
        default:
          this.#clock.set(step.time(0));
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    }
    return false;
  }

  #start(): void {
    this.#isStarted = true;
    if (this.#engine.client_watches_page(this.#held.handle)) {
      this.#ignorePage = listenToPage((input) => this.#notify(input));
    }
    this.#handle(Border.INPUT_START);
  }

  #poll(): Step {
    return new Step(memory, this.#engine.client_poll(this.#held.handle, this.now()));
  }

  #end(step: Step): void {
    const code = step.name as string;
    if (step.kind === Border.STEP_FAILED) this.#lose(step);
    this.#hooks.closed(code);
  }

  #handle(input: number): void {
    this.#engine.client_handle(this.#held.handle, input, this.now());
  }

  /**
   * Takes in what comes from outside of the loop. A request that is not wanted any more is aborted now: the page may run no
   * more code.
   */
  #notify(input: number): void {
    this.#handle(input);
    if (this.#engine.client_take_cancel(this.#held.handle)) this.#cancel();
    this.#wakeUp();
  }

  #takeGiven(given: NonNullable<ShellOptions["given"]>): void {
    const exchange = new Exchange();
    this.#held.exchange = exchange;
    this.#news = exchange.take("response" in given ? given.response : eventStreamResponse(given.body as never));
  }

  #send(step: Step): void {
    this.#cause = undefined;
    const { attempt, status, method, text: lastEventId, header } = step;
    const order = { method, attempt, lastEventId, reason: step.name as ErrorCode | undefined, status };
    this.#held.exchange = new Exchange();
    this.#await((exchange) =>
      exchange.send((signal) => this.#hooks.request(order, signal), header, this.#options.fetch),
    );
  }

  /** Awaits news of the exchange, if it is not given up meanwhile. */
  async #await(ask: (exchange: Exchange) => Promise<News>): Promise<void> {
    const exchange = this.#held.exchange as Exchange;
    const news = await ask(exchange);
    if (exchange !== this.#held.exchange) return;
    this.#news = news;
    this.#wakeUp();
  }

  #cancel(): void {
    this.#held.exchange?.abort();
    this.#held.exchange = undefined;
    this.#news = undefined;
  }

  #takeIn(news: News): void {
    this.#news = undefined;
    const { handle } = this.#held;
    const engine = this.#engine;
    if ("cause" in news) this.#cause = news.cause;
    switch (news.type) {
      case "response":
        this.#response = news.response;
        this.#respond(news);
        break;
      case "chunk": {
        const { chunk } = news;
        const room = engine.client_room(handle, chunk.length) >>> 0;
        memory.bytes().set(chunk, room);
        engine.client_feed(handle, chunk.length, this.now());
        break;
      }
      case "end":
        this.#handle(Border.INPUT_END);
        break;
      case "rejected":
        give(Border.TEXT_URL, news.url);
        engine.client_reject(handle, this.now());
        break;
      case "unusable":
        this.#handle(Border.INPUT_UNUSABLE);
        break;
      case "broken":
        this.#handle(Border.INPUT_BODY_FAILED);
    }
  }

  #respond({ response, contentType, retryAfter }: News & { type: "response" }): void {
    const { given } = this.#options;
    if (given && "body" in given) {
      this.#handle(Border.INPUT_BODY);
      return;
    }
    give(Border.TEXT_CONTENT_TYPE, contentType);
    give(Border.TEXT_RETRY_AFTER, retryAfter);
    this.#engine.client_respond(this.#held.handle, response.status, Date.now(), this.now());
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #ask(step: Step): void {
    const { attempt, status } = step;
    const context = {
      code: step.name as ErrorCode,
      attempt,
      status,
      retryAfter: step.time(0),
      reconnectionTime: step.time(1) as number,
      elapsed: step.time(2) as number,
    };
    const wait = this.#hooks.retry(context, this.#evidence(step));
    const { handle } = this.#held;
    if (handle !== 0) this.#engine.client_decide(handle, wait, this.now());
  }

  #lose(step: Step): void {
    const { attempt, isIdUnsendable } = step;
    const failure = { code: step.name as ErrorCode, attempt, delay: step.time(0), ...this.#evidence(step) };
    this.#cause = undefined;
    this.#hooks.lost(failure, isIdUnsendable);
  }

  /** The details of a failure that the engine does not know, and the start of the body of a refused response. */
  #evidence(step: Step) {
    const isRefused = step.status !== undefined;
    return {
      response: isRefused ? this.#response : undefined,
      bodyPrefix: isRefused ? step.text : undefined,
      cause: this.#cause,
    };
  }
}

/** Whether a request with this method may be sent again unasked. */
export function mayResend(method: string): boolean {
  give(Border.TEXT_METHOD, method);
  return startEngine().may_resend() !== 0;
}

/** The handle of the engine's side. */
function newClient(options: ShellOptions): number {
  const { retry, until } = options;
  const engine = startEngine();
  give(Border.TEXT_METHOD, options.method);
  give(Border.TEXT_ID, options.lastEventId);
  if (typeof until === "string") give(Border.TEXT_UNTIL, until);
  const numbers: (number | undefined)[] = new Array(Border.OPTION_COUNT);
  numbers[Border.OPTION_ONCE] = Number(options.once);
  numbers[Border.OPTION_GIVEN] = Number(options.given !== undefined);
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
  const address = engine.options() >>> 0;
  new Float64Array(memory.bytes().buffer, address, Border.OPTION_COUNT).set(numbers as number[]);
  return engine.client_new();
}

function release(held: Held): void {
  held.exchange?.abort();
  if (held.handle !== 0) startEngine().client_free(held.handle);
  held.handle = 0;
}
