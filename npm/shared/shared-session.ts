import * as Border from "../engine/constants.js";
import {
  EventSourceError,
  _headerId as headerId,
  _initialDelay as initialDelay,
  _mayResend as mayResend,
  _prepareEngine as prepareMainEngine,
  _Session as Session,
  _StoredId as StoredId,
} from "../index.js";
import type { SessionOptions } from "../source/options.js";
import type { Listener, SourceSession } from "../source/session.js";
import type { End, SourceStatus, SourceUrl } from "../types/types.js";
import { prepareEngine } from "./engine.js";
import { MOST_EVENTS } from "./history.js";
import { keyOf, nameOf, requestOf, termsOf } from "./key.js";
import { Member, type Seat, safely } from "./member.js";
import type { PlainError, SharedEvent } from "./messages.js";
import { PROTOCOL } from "./messages.js";
import type { SharedOptions, SharedRole } from "./types.js";

/** The members of this context. */
const members = new Map<string, Member>();

/** The number of events that a paused source keeps. If it misses more, it joins again after its last event. */
const MOST_PAUSED = 1000;

/** The session of one `SharedEventSource`. Instead of a connection it has a seat at a member. */
export class SharedSession implements SourceSession {
  readonly closed: Promise<End>;
  readonly #source: SourceUrl;
  /** The URL without user and password. If a function makes it, the URL of the last response, without its query. */
  #url: string;
  readonly #options: SessionOptions & SharedOptions;
  readonly #listener: Listener;
  /** The key of the connection. It may contain credentials. */
  readonly #key: string;
  #resolveClosed!: (end: End) => void;
  #member: Member | undefined;
  /** The session with a connection of its own, where nothing can be shared. */
  #alone: Session | undefined;
  #end: End | undefined;
  #isPaused = false;
  /** The calls that arrived during a pause. */
  readonly #waiting: (() => void)[] = [];
  /** Whether this source was open before. Its leader cannot know. */
  #wasOpen = false;
  /** The most calls that wait. Events that cannot be requested again are all kept. */
  #mostWaiting = MOST_PAUSED;
  /** Whether a pause was too long to keep all events. */
  #hasMissed = false;
  #lastEventId: string;
  /** The reconnection time before the source has joined, and after its end. */
  #reconnectionTime: number;
  readonly #stored: StoredId | undefined;

  constructor(url: SourceUrl, options: SessionOptions & SharedOptions, listener: Listener) {
    this.#source = url;
    this.#url = typeof url === "string" ? Object.assign(new URL(url), { username: "", password: "" }).href : "";
    this.#options = options;
    this.#listener = listener;
    this.#key = keyOf(url, options);
    // The name is not `#key`, because every script can read the names in the storage.
    this.#stored = options.persistId && new StoredId(options, this.#url, options.key);
    this.#lastEventId = this.#stored?.get() ?? options.lastEventId ?? headerId(options.headers) ?? "";
    this.#reconnectionTime = initialDelay(options);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    if (options.signal?.aborted) this.#abort();
    else options.signal?.addEventListener("abort", this.#abort);
  }

  get end(): End | undefined {
    return this.#end;
  }

  get url(): string {
    return this.#alone?.url || this.#url;
  }

  get readyState(): 0 | 1 | 2 {
    return this.#end ? 2 : ((this.#alone ?? this.#member)?.readyState ?? 0);
  }

  get lastEventId(): string {
    return this.#alone?.lastEventId ?? this.#lastEventId;
  }

  get reconnectionTime(): number {
    return (this.#alone ?? this.#member)?.reconnectionTime || this.#reconnectionTime;
  }

  get status(): SourceStatus {
    if (this.#end) return { state: "closed", end: this.#end };
    if (this.#isPaused) return { state: "paused" };
    return (this.#alone ?? this.#member)?.status ?? { state: "connecting" };
  }

  get role(): SharedRole {
    if (this.#alone) return "alone";
    return ROLES[this.#member?.role ?? Border.ROLE_AWAY] ?? "joining";
  }

  run(): void {
    this.#join().catch(() => {
      if (!this.#end) this.#goAlone();
    });
  }

  reconnect(id?: string): void {
    if (this.#end) return;
    if (id !== undefined) this.#restartAfter(id);
    (this.#alone ?? this.#member)?.reconnect(id);
  }

  #restartAfter(id: string): void {
    this.#lastEventId = id;
    this.#stored?.set(id);
  }

  pause(): void {
    if (this.#end || this.#isPaused) return;
    this.#isPaused = true;
    if (this.#alone) this.#alone.pause();
    else this.#listener.status?.();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    // A listener may pause the source again.
    while (!this.#isPaused && !this.#end && this.#waiting.length > 0) safely(this.#waiting.shift() as () => void);
    if (this.#isPaused || this.#end) return;
    if (this.#hasMissed) {
      this.#hasMissed = false;
      this.#leave();
      this.run();
    }
    if (this.#alone) this.#alone.resume();
    else this.#listener.status?.();
  }

  reset(): void {}

  finish(end: End): void {
    if (this.#end) return;
    this.#reconnectionTime = this.reconnectionTime;
    this.#leave();
    this.#alone?.finish(end);
    this.#over(end);
  }

  readonly #abort = (): void => this.finish({ code: "aborted", cause: this.#options.signal?.reason });

  #over(end: End): void {
    if (this.#end) return;
    this.#end = end;
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#listener.end(end);
    this.#resolveClosed(end);
  }

  #leave(): void {
    this.#member?.remove(this.#seat, this.#options.closeDelay ?? 0);
    this.#member = undefined;
  }

  /** Takes a seat at a member of this context, or makes one. Rejects where nothing can be shared. */
  async #join(): Promise<void> {
    // Some runtimes have no BroadcastChannel, and some contexts forbid it.
    new BroadcastChannel("").close();
    const { signal, persistId, key, replay: wanted = 0, closeDelay, whenHidden, ...options } = this.#options;
    const replay = Math.min(wanted, MOST_EVENTS);
    const terms = termsOf(this.#source, options);
    const [name, group, resends] = await Promise.all([
      nameOf(`${PROTOCOL} ${this.#key}`),
      nameOf(JSON.stringify(terms)),
      isResent(this.#options),
      prepareEngine(),
    ]);
    // No `await` from here on: a member without a seat would never leave.
    if (this.#end) return;
    if (!resends) this.#mostWaiting = Number.POSITIVE_INFINITY;
    const id = JSON.stringify([name, group, replay, whenHidden]);
    const present = members.get(id);
    // A source that starts after another event is a member of its own, so that the leader can send the events that it lacks.
    const isElsewhere = this.#lastEventId !== "" && this.#lastEventId !== present?.lastEventId;
    const member =
      present && !isElsewhere
        ? present
        : new Member(
            {
              url: this.#source,
              options,
              name,
              group,
              terms,
              lastEventId: this.#lastEventId,
              replay,
              resends,
              // The page does not pause a request that must not be sent again, as in `FetchEventSource`.
              pausesWhenHidden: resends && whenHidden === "pause",
            },
            () => {
              if (members.get(id) === member) members.delete(id);
            },
          );
    if (!present) members.set(id, member);
    this.#member = member;
    member.add(this.#seat, this.#lastEventId === "");
  }

  #goAlone(): void {
    const { signal, key, replay, closeDelay, persistId, ...options } = this.#options;
    this.#alone = new Session(this.#source, { ...options, lastEventId: this.#lastEventId || undefined }, false, {
      ...this.#listener,
      event: (type, data, id) => this.#deliver([type, data, id]),
      id: (id) => this.#deliver(["", "", id]),
      end: (end) => this.#over(end),
    });
    if (this.#isPaused) this.#alone.pause();
    this.#alone.run();
  }

  #deliver([type, data, lastEventId]: SharedEvent): void {
    this.#lastEventId = lastEventId;
    this.#stored?.set(lastEventId);
    if (type) this.#listener.event(type, data, lastEventId, type, true);
  }

  /** Calls `act` now; while paused, queues it after the waiting calls. */
  #later(act: () => void): void {
    if (!this.#isPaused && this.#waiting.length === 0) act();
    else if (this.#waiting.length < this.#mostWaiting && !this.#hasMissed) this.#waiting.push(act);
    else this.#hasMissed = true;
  }

  readonly #seat: Seat = {
    opened: (opening) =>
      this.#later(() => {
        if (typeof this.#source !== "string") this.#url = opening.url;
        const headers = new Headers(opening.headers as [string, string][]);
        const reopened = this.#wasOpen;
        this.#wasOpen = true;
        this.#listener.open({ ...opening, headers }, { ...opening.opening, reopened });
      }),
    event: (event) => this.#later(() => this.#deliver(event)),
    restarted: (id) => this.#later(() => this.#restartAfter(id)),
    status: () => {
      if (!this.#isPaused) this.#listener.status?.();
    },
    error: (error) => this.#later(() => this.#listener.error(errorOf(error))),
    comment: (text) => this.#later(() => this.#options.onComment?.(text)),
    ended: (end) =>
      this.#later(() => {
        this.#reconnectionTime = this.reconnectionTime;
        this.#member = undefined;
        const known: End = "attempt" in end ? { code: end.code, error: errorOf(end) } : end;
        this.#over(known);
        if ("error" in known) this.#listener.error(known.error);
      }),
  };
}

/** The roles, with the values of `ROLE_…` as their indices. */
const ROLES: readonly SharedRole[] = ["joining", "joining", "following", "joining", "leading", "alone"];

/** Whether a request may be sent again. A function counts as POST. */
async function isResent(options: SessionOptions): Promise<boolean> {
  const { method } = requestOf(options);
  // Most members never connect, and need no engine of the main entry.
  if (options.retry !== undefined || method === "GET") return true;
  await prepareMainEngine();
  return mayResend(typeof method === "string" ? method : "POST");
}

/** Makes an error of this context from the data of an error. */
function errorOf(error: EventSourceError | PlainError): EventSourceError {
  if (error instanceof EventSourceError) return error;
  const { status, headers, ...facts } = error as PlainError;
  const response = { status, headers: new Headers(headers as [string, string][]) } as Response;
  return new EventSourceError(status === undefined ? facts : { ...facts, response });
}
