/**
 * The loop of the machine (`src/machine/mod.rs`) over `fetch`, a reader, one timer and the page's events. What to do and when
 * is decided in the engine.
 */
import * as Border from "../engine/constants.js";
import { Machine } from "../engine/machine.js";
import type { Step } from "../engine/step.js";
import { AlarmClock } from "./clock.js";
import { Exchange, type News } from "./exchange.js";
import { Held } from "./held.js";
import type { ShellHooks, ShellOptions } from "./hooks.js";
import { handleNews } from "./inputs.js";
import { Notifier } from "./notifier.js";
import { listenToPage } from "./page.js";
import { nextTask } from "./task.js";

/** A source whose consumer pulls it: nothing is sent or read before `run` or `pull`. */
export class Shell {
  /** For its state; inputs go through `handle`. */
  readonly machine: Machine;
  readonly clock: AlarmClock;
  readonly notifier: Notifier;
  readonly #options: ShellOptions;
  readonly #hooks: ShellHooks;
  readonly #held: Held;
  #isStarted = false;
  #ignorePage: (() => void) | undefined;
  /** The news of the exchange, until the loop hands them to the machine. */
  #news: News | undefined;
  /** Ends the wait of the loop. */
  #wake: (() => void) | undefined;

  constructor(options: ShellOptions, hooks: ShellHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.clock = new AlarmClock(options.clock, (deadline) => {
      this.machine.timer(deadline);
      this.#compareClocks();
      this.#wakeUp();
    });
    this.machine = new Machine({ ...options, isGiven: options.given !== undefined }, this.clock.now);
    this.notifier = new Notifier(this.machine, hooks);
    this.#held = new Held(this, this.machine);
    if (options.given) this.#news = this.#begin().take(options.given);
  }

  /** Delivers everything as it comes, until the source is closed. */
  async run(): Promise<void> {
    // Whoever made the source adds listeners first.
    await undefined;
    while (await this.pull());
  }

  /** Delivers what comes next; false after the last. Nothing is read from the network meanwhile. */
  async pull(): Promise<boolean> {
    const { machine } = this;
    // It may have been closed before it began.
    if (!this.#isStarted && !machine.isFree) this.#start();
    // Hooks run code of the user's, which may close the source.
    while (!machine.isFree) {
      // What has arrived goes before a deadline that has passed.
      this.#handleNews();
      // Not between a poll and its step, which is read from the engine's memory: a listener may call anything.
      if (!machine.isFree) this.notifier.notifyOfStatus();
      if (machine.isFree) break;
      const step = machine.poll();
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
        case Border.STEP_WAIT:
          if (!this.notifier.notifyOfStatus()) await this.#wait(step.time(0));
          break;
        default: {
          const goesOn = this.notifier.notify(step, this.#exchange);
          if (goesOn !== undefined) return goesOn;
        }
      }
    }
    return false;
  }

  /** Handles an input from outside of the loop; `id` is the last event ID that it names, if it names one. */
  handle(input: number, id?: string): void {
    this.machine.handle(input, id);
    // Now, as the page may run no more code. The loop does the rest.
    if (this.machine.takeCancel()) this.#cancel();
    this.#wakeUp();
  }

  /** Gives up the connection, because a listener threw `cause` at the event with this ID. */
  fail(id: string, cause: unknown): void {
    this.#exchange?.fail(cause);
    this.handle(Border.INPUT_FAIL, id);
  }

  /** Handles an input that may close the source, and notifies of the end at once, as nobody may ever pull again. */
  handleLast(input: number, id?: string): void {
    this.handle(input, id);
    // A listener of the request's signal may have closed the source.
    if (this.machine.isFree || this.machine.readyState !== 2) return;
    let step = this.machine.poll();
    // A batch that only sets the last event ID back, which the reader of the batch has done.
    if (step.kind === Border.STEP_EVENTS) step = this.machine.poll();
    this.notifier.notify(step, this.#exchange);
  }

  /** Aborts what is under way and frees the engine's side. */
  close(): void {
    this.#news = undefined;
    this.clock.clear();
    this.#ignorePage?.();
    this.#held.release();
    this.#wakeUp();
  }

  /** The current exchange, or the last one. */
  get #exchange(): Exchange | undefined {
    return this.#held.exchange;
  }

  #start(): void {
    this.#isStarted = true;
    if (this.machine.watchesPage) {
      const handle = (input: number) => {
        this.#compareClocks();
        this.handle(input);
      };
      this.#ignorePage = listenToPage(handle, () => this.#exchange?.url);
    }
    this.#compareClocks();
    this.machine.handle(Border.INPUT_START);
  }

  #compareClocks(): void {
    const wall = this.clock.wall();
    if (wall !== undefined) this.machine.wall(wall);
  }

  #begin(): Exchange {
    this.#held.exchange = new Exchange();
    return this.#held.exchange;
  }

  #send(step: Step): void {
    const order = this.notifier.orderOf(step);
    const { header } = step;
    this.#begin();
    this.#await((exchange) => exchange.send(() => this.#hooks.request(order, exchange), header, this.#options.fetch));
  }

  /** Awaits news of the exchange, unless it is aborted meanwhile. */
  async #await(ask: (exchange: Exchange) => Promise<News>): Promise<void> {
    const exchange = this.#exchange as Exchange;
    const news = await ask(exchange);
    if (exchange.isAborted) return;
    this.#news = news;
    this.#wakeUp();
  }

  #handleNews(): void {
    const news = this.#news;
    if (!news) return;
    this.#news = undefined;
    if ("cause" in news) this.#exchange?.fail(news.cause);
    // A sleep before a chunk is no part of the wait for the next one.
    if (news.type === "chunk") this.#compareClocks();
    handleNews(this.machine, news, this.#hooks);
  }

  #cancel(): void {
    this.#exchange?.abort();
    this.#news = undefined;
  }

  /** Waits for news, a call from outside or the deadline. */
  #wait(deadline: number | undefined): Promise<void> {
    this.clock.set(deadline);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
