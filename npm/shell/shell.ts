/**
 * The loop of the machine (`src/machine/mod.rs`) over `fetch`, a reader, one timer and the page's events. What to do and when
 * is decided in the engine.
 */
import * as Border from "../engine/constants.js";
import { Machine, type MachineOptions } from "../engine/machine.js";
import type { Step } from "../engine/step.js";
import type { Failure } from "../error/errors.js";
import type { Clock, ErrorCode, RequestContext, RetryContext } from "../types/types.js";
import { AlarmClock } from "./clock.js";
import { eventStreamResponse } from "./event-stream.js";
import { Exchange, type Fetch, type News, type RequestParts } from "./exchange.js";
import { listenToPage } from "./page.js";
import { nextTask } from "./task.js";

/** The options of a shell. */
export interface ShellOptions extends Omit<MachineOptions, "isGiven"> {
  /** A response or a body that the user gave, instead of requests. */
  given?: { response: Response } | { body: ReadableStream<unknown> } | undefined;
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
  /** All of it arrived. A source that fails ends with `lost`. */
  complete(): void;
}

/** What is left of a shell that nobody holds any more. */
interface Held {
  machine: Machine;
  exchange: Exchange | undefined;
}

const registry = /* @__PURE__ */ new FinalizationRegistry(release);

/** A source whose consumer pulls it. */
export class Shell {
  readonly #machine: Machine;
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
      this.#machine.timer(deadline, this.now());
      this.#wakeUp();
    });
    this.#machine = new Machine({ ...options, isGiven: options.given !== undefined });
    this.#held = { machine: this.#machine, exchange: undefined };
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
    return this.#machine.readyState;
  }

  /** Milliseconds. */
  get reconnectionTime(): number {
    return this.#machine.reconnectionTime;
  }

  /** Connects anew, at once, after the event with this ID. */
  reconnect(id: string): void {
    this.#machine.reconnect(id, this.now());
    this.#react();
  }

  /** Gives up the connection, as a listener failed at the event with this ID. */
  fail(id: string, cause: unknown): void {
    this.#cause = cause;
    this.#machine.fail(id, this.now());
    this.#react();
  }

  /** The event that was delivered last completes the stream, at once: nobody may ever pull again. */
  complete(): void {
    this.#notify(Border.INPUT_COMPLETE);
    this.#end(this.#machine.poll(this.now()));
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
    if (!this.#isStarted && !this.#machine.isFree) this.#start();
    // Hooks run code of the user's, which may close the source.
    while (!this.#machine.isFree) {
      // What has arrived goes before a deadline that has passed.
      if (this.#news) this.#takeIn(this.#news);
      const step = this.#machine.poll(this.now());
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
        case Border.STEP_COMPLETE:
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
    if (this.#machine.watchesPage) {
      this.#ignorePage = listenToPage((input) => this.#notify(input));
    }
    this.#handle(Border.INPUT_START);
  }

  #end(step: Step): void {
    if (step.kind === Border.STEP_FAILED) this.#lose(step);
    else this.#hooks.complete();
  }

  #handle(input: number): void {
    this.#machine.handle(input, this.now());
  }

  /** Takes in an input from outside of the loop. */
  #notify(input: number): void {
    this.#handle(input);
    this.#react();
  }

  /** Aborts a request that is not wanted any more: now, as the page may run no more code. The loop does the rest. */
  #react(): void {
    if (this.#machine.takeCancel()) this.#cancel();
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
    const order = { method, attempt, lastEventId, reason: step.code, status };
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
    const machine = this.#machine;
    if ("cause" in news) this.#cause = news.cause;
    switch (news.type) {
      case "response": {
        const { response, contentType, retryAfter } = news;
        const { given } = this.#options;
        this.#response = response;
        if (given && "body" in given) this.#handle(Border.INPUT_BODY);
        else machine.respond(response.status, contentType, retryAfter, this.now());
        break;
      }
      case "chunk":
        machine.feed(news.chunk, this.now());
        break;
      case "end":
        this.#handle(Border.INPUT_END);
        break;
      case "rejected":
        machine.reject(news.url, this.now());
        break;
      case "unusable":
        this.#handle(Border.INPUT_UNUSABLE);
        break;
      case "broken":
        this.#handle(Border.INPUT_BODY_FAILED);
    }
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #ask(step: Step): void {
    const { attempt, status } = step;
    const context = {
      code: step.code as ErrorCode,
      attempt,
      status,
      retryAfter: step.time(0),
      reconnectionTime: step.time(1) as number,
      elapsed: step.time(2) as number,
    };
    const wait = this.#hooks.retry(context, this.#evidence(step));
    if (!this.#machine.isFree) this.#machine.decide(wait, this.now());
  }

  #lose(step: Step): void {
    const { attempt, isIdUnsendable } = step;
    const failure = { code: step.code as ErrorCode, attempt, delay: step.time(0), ...this.#evidence(step) };
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

function release(held: Held): void {
  held.exchange?.abort();
  held.machine.free();
}
