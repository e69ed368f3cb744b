import * as Border from "../engine/constants.js";
import { EventSourceError, _headerId as headerId, _Session as Session, _StoredId as StoredId } from "../index.js";
import type { SessionOptions } from "../source/options.js";
import type { Listener, SourceSession } from "../source/session.js";
import type { End, SourceStatus, SourceUrl } from "../types/types.js";
import { prepareEngine } from "./engine.js";
import { keyOf, nameOf, termsOf } from "./key.js";
import { Member, type Seat } from "./member.js";
import type { PlainError, SharedEvent } from "./messages.js";
import { PROTOCOL } from "./messages.js";
import type { SharedOptions, SharedRole } from "./types.js";

/** The members of this context. */
const members = new Map<string, Member>();

/** Events that a paused source keeps. One that misses more has a connection of its own from then on. */
const MOST_PAUSED = 1000;

/** What one `SharedEventSource` has instead of a connection: a seat at a member. */
export class SharedSession implements SourceSession {
  readonly closed: Promise<End>;
  readonly #source: SourceUrl;
  readonly #options: SessionOptions & SharedOptions;
  readonly #listener: Listener;
  /** By what its connection is known; may have credentials in it. */
  readonly #key: string;
  #resolveClosed!: (end: End) => void;
  #member: Member | undefined;
  /** Where nothing can be shared. */
  #alone: Session | undefined;
  #end: End | undefined;
  /** While it wants no events: those that came. */
  #paused: SharedEvent[] | undefined;
  /** It has missed events. */
  #hasMissed = false;
  #lastEventId: string;
  readonly #stored: StoredId | undefined;

  constructor(url: SourceUrl, options: SessionOptions & SharedOptions, listener: Listener) {
    this.#source = url;
    this.#options = options;
    this.#listener = listener;
    this.#key = keyOf(url, options);
    this.#stored = options.persistId && new StoredId(this.#key);
    this.#lastEventId = this.#stored?.get() ?? options.lastEventId ?? headerId(options.headers) ?? "";
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
    return (this.#alone ?? this.#member)?.url ?? (typeof this.#source === "string" ? this.#source : "");
  }

  get readyState(): 0 | 1 | 2 {
    return this.#end ? 2 : ((this.#alone ?? this.#member)?.readyState ?? 0);
  }

  get lastEventId(): string {
    return this.#alone?.lastEventId ?? this.#lastEventId;
  }

  get reconnectionTime(): number {
    return (this.#alone ?? this.#member)?.reconnectionTime ?? 0;
  }

  get status(): SourceStatus {
    if (this.#end) return { state: "closed", end: this.#end };
    if (this.#paused) return { state: "paused" };
    return (this.#alone ?? this.#member)?.status ?? { state: "connecting" };
  }

  get role(): SharedRole {
    if (this.#alone) return "alone";
    return ROLES[this.#member?.role ?? Border.ROLE_AWAY] ?? "joining";
  }

  run(): void {
    void this.#run();
  }

  reconnect(id?: string): void {
    (this.#alone ?? this.#member)?.reconnect(id);
  }

  pause(): void {
    if (this.#end || this.#paused) return;
    this.#paused = [];
    this.#alone?.pause();
    this.#listener.status?.();
  }

  resume(): void {
    const events = this.#paused ?? [];
    this.#paused = undefined;
    if (this.#end) return;
    for (const [index, event] of events.entries()) {
      // A listener may pause it once more.
      if (this.#paused) (this.#paused as SharedEvent[]).push(...events.slice(index));
      if (this.#paused || this.#end) return;
      this.#deliver(event);
    }
    if (this.#hasMissed) this.#goAlone(this.#lastEventId);
    this.#alone?.resume();
    this.#listener.status?.();
  }

  reset(): void {}

  finish(end: End): void {
    if (this.#end) return;
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

  async #run(): Promise<void> {
    const member = await this.#join().catch(() => undefined);
    if (this.#end) return;
    // One that begins elsewhere cannot be given what it lacks.
    const isElsewhere = member && this.#lastEventId !== "" && this.#lastEventId !== member.lastEventId;
    if (!member || isElsewhere) return this.#goAlone(this.#lastEventId);
    this.#member = member;
    member.add(this.#seat);
  }

  /** The member of this context, made if there is none. Rejects where nothing can be shared. */
  async #join(): Promise<Member> {
    if (!globalThis.BroadcastChannel) throw new Error("there is no BroadcastChannel");
    const { signal, persistId, key, replay, closeDelay, whenHidden, ...options } = this.#options;
    const terms = termsOf(options);
    const [name, group] = await Promise.all([
      nameOf(`${PROTOCOL} ${this.#key}`),
      nameOf(JSON.stringify(terms)),
      prepareEngine(),
    ]);
    const id = `${name}/${group}`;
    const present = members.get(id);
    if (present || this.#end) return present as Member;
    const member = new Member(
      {
        url: this.#source,
        options,
        name,
        group,
        terms,
        lastEventId: this.#lastEventId,
        replay: replay ?? 0,
        pausesWhenHidden: whenHidden === "pause",
      },
      () => {
        if (members.get(id) === member) members.delete(id);
      },
    );
    members.set(id, member);
    return member;
  }

  #goAlone(lastEventId: string): void {
    this.#leave();
    const { signal, key, replay, closeDelay, persistId, ...options } = this.#options;
    this.#alone = new Session(this.#source, { ...options, lastEventId: lastEventId || undefined }, false, {
      ...this.#listener,
      event: (type, data, id) => this.#deliver([type, data, id]),
      end: (end) => this.#over(end),
    });
    if (this.#paused) this.#alone.pause();
    this.#alone.run();
  }

  #deliver([type, data, lastEventId]: SharedEvent): void {
    this.#lastEventId = lastEventId;
    this.#stored?.set(lastEventId);
    this.#listener.event(type, data, lastEventId, type, true);
  }

  readonly #seat: Seat = {
    opened: ({ status, headers, redirected, url, opening }) => {
      this.#listener.open({ status, headers: new Headers(headers as [string, string][]), redirected, url }, opening);
    },
    event: (event) => {
      if (!this.#paused) this.#deliver(event);
      else if (this.#paused.length < MOST_PAUSED && !this.#hasMissed) this.#paused.push(event);
      else this.#hasMissed = true;
    },
    status: () => {
      if (!this.#paused) this.#listener.status?.();
    },
    error: (error) => this.#listener.error(errorOf(error)),
    comment: (text) => this.#options.onComment?.(text),
    ended: (end) => {
      this.#member = undefined;
      const isPlain = "attempt" in end;
      const known: End = isPlain ? { code: end.code, error: errorOf(end) } : end;
      this.#over(known);
      if ("error" in known) this.#listener.error(known.error);
    },
  };
}

/** By `ROLE_…`. */
const ROLES: readonly SharedRole[] = ["joining", "joining", "following", "joining", "leading", "alone"];

/** An error as this context has it. */
function errorOf(error: EventSourceError | PlainError): EventSourceError {
  if (error instanceof EventSourceError) return error;
  const { status, headers, cause, ...facts } = error as PlainError;
  const response = { status, headers: new Headers(headers as [string, string][]) } as Response;
  const known = status === undefined ? facts : { ...facts, response };
  return new EventSourceError(cause === undefined ? known : { ...known, cause });
}
