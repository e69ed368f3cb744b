/**
 * The loop of the machine (`src/machine/mod.rs`) over `fetch`, a reader, one timer and the page's events. What to do and when
 * is decided in the engine.
 */
import * as Border from "../engine/constants.js";
import { Machine, mayAccept } from "../engine/machine.js";
import type { Step } from "../engine/step.js";
import type { ErrorCode } from "../types/types.js";
import { AlarmClock } from "./clock.js";
import { eventStreamResponse } from "./event-stream.js";
import { Exchange, type News } from "./exchange.js";
import type { ShellHooks, ShellOptions } from "./hooks.js";
import { listenToPage } from "./page.js";
import { nextTask } from "./task.js";

/** What is left of a shell that nobody holds any more. */
interface Held {
  machine: Machine;
  exchange: Exchange | undefined;
}

/** Not every runtime has it. */
let registry: FinalizationRegistry<Held> | undefined;

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
  /** The last response that opened a stream. */
  #opened: Response | undefined;
  /** The URL of the last request, once that is made. */
  #sentTo = "";
  /** The status of which the consumer was notified. */
  #status = Border.STATUS_CONNECTING;
  /** What the exchange failed with, or a listener. */
  #cause: unknown;
  #wake: (() => void) | undefined;

  /** Sends nothing before `run` or `pull`. */
  constructor(options: ShellOptions, hooks: ShellHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = new AlarmClock(options.clock, (deadline) => {
      this.#machine.timer(deadline, this.now());
      this.#compareClocks();
      this.#wakeUp();
    });
    this.#machine = new Machine({ ...options, isGiven: options.given !== undefined });
    this.#held = { machine: this.#machine, exchange: undefined };
    registry ??= globalThis.FinalizationRegistry && new FinalizationRegistry(release);
    registry?.register(this, this.#held, this.#held);
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

  /** One of `STATUS_…`. */
  get status(): number {
    return this.#machine.status;
  }

  /** Milliseconds until the next request, if it waits for that. */
  get delay(): number {
    return Math.max(0, this.#machine.waitsUntil - this.now());
  }

  /** Connects anew, at once, after the event with this ID. */
  reconnect(id: string): void {
    this.#machine.handleAt(Border.INPUT_RECONNECT, id, this.now());
    this.#react();
  }

  /** Gives up the connection, as a listener failed at the event with this ID. */
  fail(id: string, cause: unknown): void {
    this.#cause = cause;
    this.#machine.handleAt(Border.INPUT_FAIL, id, this.now());
    this.#react();
  }

  /** The next event means failure; `id` is that of the event before it. */
  failOn(id: string, hasDelivered: boolean): void {
    this.#machine.handleAt(hasDelivered ? Border.INPUT_FAIL_ON : Border.INPUT_FAIL_ON_FIRST, id, this.now());
    this.#react();
    this.#endIfClosed();
  }

  /** Nothing is read and sent until `resume`. */
  pause(): void {
    this.#notify(Border.INPUT_PAUSE);
  }

  resume(): void {
    this.#notify(Border.INPUT_RESUME);
  }

  /** The next event completes the stream. */
  complete(): void {
    this.#notify(Border.INPUT_COMPLETE);
    this.#endIfClosed();
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
    registry?.unregister(this.#held);
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
      // Not between a poll and its step, which is read from the engine's memory: a listener may call anything.
      if (!this.#machine.isFree) this.notifyOfStatus();
      if (this.#machine.isFree) break;
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
          this.#opened = this.#response;
          this.#hooks.open(this.#response as Response, {
            reopened: step.is(Border.STEP_IS_REOPENING),
            attempts: step.attempt,
            elapsed: step.time(0) as number,
            sentLastEventId: step.text,
          });
          return true;
        case Border.STEP_UNFINISHED:
          this.#hooks.unfinished(step.event);
          break;
        case Border.STEP_ASK:
          this.#ask(step);
          break;
        case Border.STEP_LOST:
          this.#lose(step);
          return true;
        case Border.STEP_FAILED:
        case Border.STEP_COMPLETE:
        case Border.STEP_ABORTED:
          this.#end(step);
          return false;
        default:
          if (this.notifyOfStatus()) break;
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
      const notify = (input: number) => {
        this.#compareClocks();
        this.#notify(input);
      };
      this.#ignorePage = listenToPage(notify, () => this.#sentTo);
    }
    this.#compareClocks();
    this.#handle(Border.INPUT_START);
  }

  /** Whether the status has changed, of which the consumer is then notified. */
  notifyOfStatus(): boolean {
    const { status } = this.#machine;
    // The end has a notice of its own.
    if (status === this.#status || status === Border.STATUS_CLOSED) return false;
    this.#status = status;
    this.#hooks.status();
    return true;
  }

  #compareClocks(): void {
    const wall = this.#clock.wall();
    if (wall !== undefined) this.#machine.wall(wall, this.now());
  }

  /** At once, as nobody may ever pull again. */
  #endIfClosed(): void {
    if (this.#machine.readyState !== 2) return;
    let step = this.#machine.poll(this.now());
    // The last event ID has gone back, which whoever reads the batch knows.
    if (step.kind === Border.STEP_EVENTS) step = this.#machine.poll(this.now());
    this.#end(step);
  }

  #end(step: Step): void {
    if (step.kind === Border.STEP_FAILED) this.#lose(step);
    else if (step.kind === Border.STEP_ABORTED) this.#hooks.aborted(this.#cause);
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
    const order = { method, attempt, lastEventId, reason: step.code, status, response: this.#opened };
    const makeParts = async (sending: Exchange) => {
      const parts = await this.#hooks.request(order, sending);
      if (!sending.isAborted) this.#sentTo = parts.url;
      return parts;
    };
    this.#held.exchange = new Exchange();
    this.#await((exchange) => exchange.send(makeParts, header, this.#options.fetch));
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
        const { response, contentType, retryAfter, isStreamed } = news;
        const { given } = this.#options;
        this.#response = response;
        if (given && "body" in given) this.#handle(Border.INPUT_BODY);
        else {
          const isAccepted = mayAccept(response.status, contentType) && this.#hooks.accept?.(contentType) === true;
          // The function may have closed the source.
          if (!machine.isFree) machine.respond(response.status, contentType, retryAfter, isAccepted, this.now());
        }
        // It was accepted.
        if (!machine.isFree && machine.readyState === 1 && !isStreamed) this.#handle(Border.INPUT_NOT_STREAMED);
        break;
      }
      case "chunk":
        // A sleep before it is none of the wait behind it.
        this.#compareClocks();
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
        // The machine knows whose request it was.
        this.#handle(isAbort(news.cause) ? Border.INPUT_ABORTED : Border.INPUT_BODY_FAILED);
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
      lastEventId: this.#hooks.lastEventId(),
      reason: step.code as ErrorCode,
      response: this.#opened,
      retryAfter: step.time(0),
      reconnectionTime: step.time(1) as number,
      elapsed: step.time(2) as number,
    };
    const { delay, lastEventId } = this.#hooks.retry(context, this.#evidence(step));
    if (!this.#machine.isFree) this.#machine.decide(delay, lastEventId, this.now());
  }

  #lose(step: Step): void {
    const { attempt } = step;
    const isIdUnsendable = step.is(Border.STEP_IS_ID_UNSENDABLE);
    const failure = {
      code: step.code as ErrorCode,
      attempt,
      delay: step.time(0),
      delivered: step.is(Border.STEP_HAS_DELIVERED),
      unfinished: step.is(Border.STEP_HAS_UNFINISHED) ? step.event : undefined,
      ...this.#evidence(step),
    };
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

function isAbort(cause: unknown): boolean {
  return (cause as Error | undefined)?.name === "AbortError";
}

function release(held: Held): void {
  held.exchange?.abort();
  held.machine.free();
}
