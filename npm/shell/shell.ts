/**
 * A source of the engine's, `src/npm/client.rs`, and its I/O: what to fetch, when, and what becomes of it is decided there;
 * here it is carried out.
 */

import { give, memory, startEngine } from "../engine/engine.js";
import * as Input from "../engine/input.js";
import * as Kind from "../engine/kind.js";
import { readId, Step } from "../engine/step.js";
import type { Clock, RetryOptions, ServerSentEvent } from "../types/types.js";
import { AlarmClock } from "./clock.js";
import { Exchange, type Fetch, type News, type RequestParts } from "./exchange.js";
import { listenToPage } from "./page.js";

/** With their types checked. Times are in milliseconds; the engine takes `undefined`, as NaN, and 0 for none. */
export interface ClientOptions {
  method: string;
  lastEventId?: string | undefined;
  /** Whether this is one request that is read once. */
  once: boolean;
  /** Numbers, a function, or nothing. */
  retry?: unknown;
  connectTimeout?: number | undefined;
  idleTimeout?: number | undefined;
  maxEventSize: number;
  /** A function is for the session to call: to the engine it says that the stream has a last event. */
  until?: string | ((event: ServerSentEvent) => boolean) | undefined;
  whenHidden?: "keep" | "pause" | undefined;
  /** Whether a request may be sent again unasked, as after a time in the back/forward cache. Default true. */
  resends?: boolean | undefined;
  /** For a retry function, until the server says otherwise. */
  reconnectionTime?: number | undefined;
  renewsCredentials: boolean;
  fetch?: Fetch | undefined;
  clock?: Clock | undefined;
}

/** What the client calls. None of these throws, but `request` may reject. */
export interface ClientHooks {
  /** Makes the parts of a request. */
  request(
    attempt: number,
    lastEventId: string,
    reason: string | undefined,
    status: number | undefined,
    signal: AbortSignal,
  ): Promise<RequestParts>;
  /** Milliseconds to wait, or less than zero to stop. */
  retry(
    code: string,
    attempt: number,
    status: number | undefined,
    retryAfter: number | undefined,
    reconnectionTime: number,
    elapsed: number,
    response: Response | undefined,
    bodyPrefix: Uint8Array | undefined,
    cause: unknown,
  ): number;
  open(response: Response): void;
  /** A batch of events, by the address of its header: a promise if not all of them could be delivered at once. */
  events(header: number): Promise<void> | undefined;
  lost(
    code: string,
    attempt: number,
    delay: number | undefined,
    response: Response | undefined,
    bodyPrefix: Uint8Array | undefined,
    isIdUnsendable: boolean,
    cause: unknown,
  ): void;
  /** `closed`, `complete`, or the code of the failure that `lost` has just told of. */
  closed(code: string): void;
}

/** What is left of a client that nobody holds any more. */
interface Held {
  /** The engine's side; 0 once closed. */
  address: number;
  exchange: Exchange | undefined;
}

const registry = /* @__PURE__ */ new FinalizationRegistry(release);

/** The source behind `FetchEventSource` and `events()`. */
export class Client {
  readonly #engine = startEngine();
  readonly #options: ClientOptions;
  readonly #hooks: ClientHooks;
  readonly #clock: AlarmClock;
  readonly #held: Held;
  #isStarted = false;
  #ignorePage: (() => void) | undefined;
  /** What the exchange has told, until it is taken in. */
  #news: News | undefined;
  /** Whether the next chunk is to be asked for, once someone waits for it. */
  #isToRead = false;
  /** The response that was accepted, until it is announced. */
  #response: Response | undefined;
  /** What of a failure the engine does not need to know. */
  #evidence: { response?: Response; prefix?: Uint8Array; cause?: unknown } = {};
  #wake: (() => void) | undefined;

  /** Sends nothing before `run` or `pull`. */
  constructor(options: ClientOptions, hooks: ClientHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = new AlarmClock(options.clock, () => this.#wakeUp());
    this.#held = { address: newClient(options), exchange: undefined };
    registry.register(this, this.#held, this.#held);
  }

  /** Delivers everything as it comes, until the source is closed. */
  async run(): Promise<void> {
    // Whoever made the source listens first.
    await undefined;
    while (await this.pull());
  }

  get isOpen(): boolean {
    return this.#engine.client_is_open(this.#held.address) !== 0;
  }

  /** The ID that the next request sends. While a batch is delivered, that of its last event. */
  get lastEventId(): string {
    return readId(memory, this.#engine.client_last_event_id(this.#held.address));
  }

  /** Milliseconds. */
  get reconnectionTime(): number {
    return this.#engine.client_reconnection_time(this.#held.address);
  }

  /** Connects anew, at once, after the event with this ID. While a batch is delivered, that is not its last. */
  reconnect(id: string): void {
    this.#engine.client_reconnect(this.#held.address, ...give(id), this.#clock.now());
    this.#wakeUp();
  }

  /** Gives up the connection, as its consumer failed at the event with this ID. */
  fail(id: string, cause: unknown): void {
    this.#evidence = { cause };
    this.#engine.client_fail(this.#held.address, ...give(id), this.#clock.now());
    this.#wakeUp();
  }

  /** Discards what has come of an unfinished event: the rest of the body is another stream. */
  reset(): void {
    this.#engine.client_reset(this.#held.address);
  }

  /** Aborts what is under way and frees the client. */
  close(): void {
    this.#abort();
    this.#clock.clear();
    this.#ignorePage?.();
    registry.unregister(this.#held);
    release(this.#held);
    this.#wakeUp();
  }

  /** Delivers what comes next; false after the last. Nothing is read from the network meanwhile. */
  async pull(): Promise<boolean> {
    // It may have been closed before it began.
    if (!this.#isStarted && this.#held.address !== 0) this.#start();
    // Hooks run code of the user's, which may close the source.
    while (this.#held.address !== 0) {
      const step = new Step(memory, this.#engine.client_next(this.#held.address));
      switch (step.kind) {
        case Kind.EVENTS: {
          const delivered = this.#hooks.events(step.batch);
          if (delivered) await delivered;
          return true;
        }
        case Kind.FETCH:
          this.#fetch(step);
          break;
        case Kind.ABORT:
          this.#abort();
          break;
        case Kind.OPEN:
          this.#hooks.open(this.#response as Response);
          return true;
        case Kind.DECIDE:
          this.#decide(step);
          break;
        case Kind.LOST:
          this.#lose(step);
          return true;
        case Kind.FAILED: {
          const code = step.name as string;
          this.#lose(step);
          this.#hooks.closed(code);
          return false;
        }
        case Kind.ENDED:
          this.#hooks.closed(step.name as string);
          return false;
        default:
          if (this.#news) this.#takeIn(this.#news);
          else await this.#wait();
      }
    }
    return false;
  }

  #start(): void {
    this.#isStarted = true;
    const { resends = true, whenHidden } = this.#options;
    if (resends && this.#engine.client_reconnects(this.#held.address)) {
      this.#ignorePage = listenToPage(whenHidden === "pause", (input) => {
        this.#handle(input);
        // Now: the page may run no more code.
        if (input === Input.HIDDEN) this.#abort();
        this.#wakeUp();
      });
    }
    this.#handle(Input.START);
  }

  #handle(input: Input.Input): void {
    this.#engine.client_handle(this.#held.address, input, this.#clock.now());
  }

  #fetch(step: Step): void {
    this.#evidence = {};
    const { attempt, name, status, id, isIdUnsendable } = step;
    const exchange = new Exchange();
    this.#held.exchange = exchange;
    this.#listenTo(
      exchange,
      exchange.send(
        (signal) => this.#hooks.request(attempt, id, name, status, signal),
        isIdUnsendable ? "" : id,
        this.#options.fetch,
        ({ status, contentType, retryAfter }) => {
          const refused = this.#engine.client_refuses(
            this.#held.address,
            status,
            ...give(contentType),
            ...give(retryAfter),
          );
          return refused !== 0;
        },
      ),
    );
  }

  async #listenTo(exchange: Exchange, promise: Promise<News>): Promise<void> {
    const news = await promise;
    if (exchange !== this.#held.exchange) return;
    this.#news = news;
    this.#wakeUp();
  }

  #abort(): void {
    this.#held.exchange?.abort();
    this.#held.exchange = undefined;
    this.#news = undefined;
    this.#isToRead = false;
  }

  #takeIn(news: News): void {
    this.#news = undefined;
    const { address } = this.#held;
    switch (news.type) {
      case "response":
        this.#isToRead = news.prefix === undefined;
        if (this.#isToRead) this.#response = news.response;
        else this.#evidence = news;
        this.#engine.client_respond(address, Date.now(), this.#clock.now());
        break;
      case "chunk": {
        this.#isToRead = true;
        const { chunk } = news;
        const room = this.#engine.client_room(address, chunk.length) >>> 0;
        memory.bytes().set(chunk, room);
        this.#engine.client_feed(address, chunk.length, this.#clock.now());
        break;
      }
      case "end":
        this.#handle(Input.END);
        break;
      case "failure":
        this.#evidence = { cause: news.cause };
        this.#handle(news.isRequests ? Input.REQUEST_FAILED : Input.NETWORK_FAILED);
    }
  }

  /** For news, the alarm, or a call from outside. */
  async #wait(): Promise<void> {
    const { exchange } = this.#held;
    const call = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (exchange && this.#isToRead) {
      this.#isToRead = false;
      this.#handle(Input.READ);
      // A stream of the user's runs code of the user's, which may close the source.
      this.#listenTo(exchange, exchange.read());
      if (this.#held.address === 0) return;
    }
    const now = this.#clock.now();
    const wait = exchange?.isRefused ? -1 : this.#engine.client_wait(this.#held.address, now);
    if (wait === 0) {
      this.#engine.client_handle(this.#held.address, Input.TIMER, now);
      return;
    }
    this.#clock.set(now, wait);
    await call;
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #decide(step: Step): void {
    const { name, attempt, status } = step;
    const { response, prefix, cause } = this.#evidence;
    const [retryAfter, reconnectionTime, elapsed] = [step.time(0), step.time(1), step.time(2)];
    const wait = this.#hooks.retry(
      name as string,
      attempt,
      status,
      retryAfter,
      reconnectionTime as number,
      elapsed as number,
      response,
      prefix,
      cause,
    );
    const { address } = this.#held;
    if (address !== 0) this.#engine.client_decide(address, wait, this.#clock.now());
  }

  #lose(step: Step): void {
    const { response, prefix, cause } = this.#evidence;
    this.#evidence = {};
    const { name, attempt, isIdUnsendable } = step;
    this.#hooks.lost(name as string, attempt, step.time(0), response, prefix, isIdUnsendable, cause);
  }
}

/** Whether a request with this method may be sent again unasked. */
export function mayResend(method: string): boolean {
  return startEngine().may_resend(...give(method)) !== 0;
}

/** Flags of `config_new`. */
const ONCE = 1;
const ASKS = 2;
const RENEWS = 4;
const TOLD = 8;

/** The address of the engine's side. */
function newClient(options: ClientOptions): number {
  const { once, retry, until, renewsCredentials, connectTimeout, idleTimeout, maxEventSize } = options;
  const isTold = typeof until === "function";
  const flags =
    (once ? ONCE : 0) |
    (typeof retry === "function" ? ASKS : 0) |
    (renewsCredentials ? RENEWS : 0) |
    (isTold ? TOLD : 0);
  const seed = Math.random() * 2 ** 32;
  const engine = startEngine();
  const config = engine.config_new(flags, ...give(options.method), connectTimeout, idleTimeout, maxEventSize, seed);
  if (!once && typeof retry === "object") {
    const { initialDelay, maxDelay, factor, jitter, maxAttempts } = retry as RetryOptions;
    engine.config_retry(config, initialDelay, maxDelay, factor, jitter, maxAttempts);
  }
  const [id, sentinel] = [give(options.lastEventId), give(isTold ? undefined : until)];
  return engine.client_new(config, ...id, ...sentinel, options.reconnectionTime);
}

function release(held: Held): void {
  held.exchange?.abort();
  startEngine().client_free(held.address);
  held.address = 0;
}
