/**
 * One member of a shared connection: all sources of this context with one key. It carries out the orders of the engine
 * (`src/shared/mod.rs`) by a channel, a lock, a timer, the events of the page and, if it leads, a connection.
 */
import * as Border from "../engine/constants.js";
import { EventSourceError, _report as report, _Session as Session } from "../index.js";
import type { Opening } from "../shell/hooks.js";
import type { SessionOptions } from "../source/options.js";
import type { End, SourceStatus, SourceUrl } from "../types/types.js";
import { exports, give, textAt } from "./engine.js";
import { History } from "./history.js";
import { differences, plainUrl } from "./key.js";
import { Lock, locks } from "./lock.js";
import {
  type Content,
  type EngineMessage,
  isMessage,
  type Message,
  type Notice,
  type PlainError,
  type PlainOpening,
  plainError,
  type SharedEvent,
  type State,
} from "./messages.js";
import { PageLife } from "./page.js";

/** The longest delay of a timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Notifications of a member to each of its sources. */
export interface Seat {
  opened(opening: PlainOpening): void;
  event(event: SharedEvent): void;
  /** The connection starts anew after the event with this ID. */
  restarted(id: string): void;
  status(): void;
  error(error: EventSourceError | PlainError): void;
  comment(text: string): void;
  ended(end: End | PlainError): void;
}

/** A call of `reconnect()`. */
interface Call {
  readonly id: string | undefined;
  readonly token: number;
  known?: number | undefined;
}

export interface MemberOptions {
  readonly url: SourceUrl;
  readonly options: SessionOptions;
  /** Names that are made from the key and from the options: see `nameOf`. */
  readonly name: string;
  readonly group: string;
  readonly terms: Record<string, string>;
  readonly lastEventId: string;
  readonly replay: number;
  /** Whether the request may be sent again. */
  readonly resends: boolean;
  readonly pausesWhenHidden: boolean;
}

/**
 * Milliseconds for which a leader keeps the lock after the end of the connection. Another tab then gets the notice of the end
 * before the lock; otherwise it would connect anew.
 */
const FAREWELL = 200;

export class Member {
  readonly #given: MemberOptions;
  readonly #seats = new Set<Seat>();
  #handle: number;
  readonly #lock: Lock;
  readonly #page: PageLife;
  readonly #history = new History();
  /** The last events that the member delivered, for sources that join later. */
  #recent: SharedEvent[] = [];
  #channel: BroadcastChannel | undefined;
  #session: Session | undefined;
  /** Events of this member's connection that are not delivered yet. */
  #batch: SharedEvent[] = [];
  #state: State = { state: "connecting", delay: 0, opening: undefined, reconnectionTime: 0, restarts: 0 };
  /** The end of the wait, by the monotonic clock: a change of the wall clock does not move it. */
  #until = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  /** The timer of a new leader that continues the wait of the leader before it. */
  #starting: ReturnType<typeof setTimeout> | undefined;
  /** The call of this member that no leader has confirmed. */
  #wanted: Call | undefined;
  /** The ID of the last call that this member carried out. */
  #calledId: string | undefined;
  /** The ID of the last call, until the next event. The engine does not know it. */
  #restartId: string | undefined;
  #hasWarned = false;
  #isOver = false;
  /** The end of the failed connection, while another member tries. */
  #failure: { end: End } | undefined;
  lastEventId: string;
  readonly #onOver: () => void;

  /** `onOver` is called when the member can take no more sources. */
  constructor(given: MemberOptions, onOver: () => void) {
    this.#given = given;
    this.#onOver = onOver;
    this.lastEventId = given.lastEventId;
    this.#handle = this.#make(locks() !== undefined);
    this.#lock = new Lock(`eventsource-wasm/${given.name}/${given.group}`, {
      granted: () => this.#handleInput(Border.MEMBER_GRANTED),
      stolen: () => this.#handleInput(Border.MEMBER_STOLEN),
      failed: () => this.#elect(),
    });
    this.#page = new PageLife(given.pausesWhenHidden, (input) => this.#live(input));
    if (this.#page.isAway) this.#state = { ...this.#state, state: "paused" };
    else this.#join();
  }

  /** Adds a source, which gets all events from now on and, if it is new, the last ones too. */
  add(seat: Seat, isNew: boolean): void {
    clearTimeout(this.#leaving);
    this.#flush();
    this.#seats.add(seat);
    const { opening, state } = this.#state;
    if (state !== "connecting") this.#forEach(() => seat.status(), [seat]);
    if (opening && state === "open") this.#forEach(() => seat.opened(opening), [seat]);
    for (const event of isNew ? [...this.#recent] : []) this.#forEach(() => seat.event(event), [seat]);
  }

  /** Removes a source. After the last source, the member leaves in `delay` milliseconds. */
  remove(seat: Seat, delay: number): void {
    this.#seats.delete(seat);
    if (this.#seats.size > 0 || this.#isOver) return;
    if (delay === 0) this.#close();
    else this.#leaving = setTimeout(() => this.#close(), Math.min(delay, LONGEST));
  }

  get role(): number {
    return this.#isOver ? Border.ROLE_AWAY : exports().member_role(this.#handle);
  }

  get status(): Exclude<SourceStatus, { state: "closed" }> {
    const { state, delay } = this.#stateNow;
    return state === "waiting" ? { state, delay } : { state };
  }

  get readyState(): 0 | 1 {
    return this.#state.opening && (this.#state.state === "open" || this.#state.state === "paused") ? 1 : 0;
  }

  get reconnectionTime(): number {
    return this.#session?.reconnectionTime ?? this.#state.reconnectionTime;
  }

  /** Connects anew, for all members. Without a leader, the next one does so. */
  reconnect(id: string | undefined): void {
    const call = { id, token: randomNumber() };
    if (this.role === Border.ROLE_LEADING) this.#restart(call);
    else {
      this.#wanted = call;
      this.#restartSession(id);
      this.#restarted(id);
      this.#ask();
    }
  }

  /** Asks the leader to carry out the call. A member that only claims to lead does not answer. */
  #ask(): void {
    const call = this.#wanted;
    if (!call) return;
    if (this.role === Border.ROLE_FOLLOWING) call.known ??= this.#state.restarts;
    this.#post({ reconnect: call.id, token: call.token, known: call.known });
  }

  /** Carries out a call as the leader. */
  #restart(call: Call): void {
    // Events that have arrived come before the notice.
    this.#flush();
    this.#confirm(call);
    this.#restartSession(call.id);
  }

  /** A leader has carried out the call with this token. */
  #know(token: number, restarts: number): void {
    this.#state = { ...this.#state, restarts };
    if (token === this.#wanted?.token) this.#wanted = undefined;
  }

  #confirm({ id, token }: Call): void {
    const restarts = this.#state.restarts + 1;
    this.#calledId = id;
    this.#know(token, restarts);
    this.#notify({ what: "restart", id, token, restarts });
    this.#restarted(id);
  }

  #restartSession(id: string | undefined): void {
    const session = this.#session;
    session?.reconnect(id);
    if (!session || !this.#starting) return;
    clearTimeout(this.#starting);
    this.#start(session);
  }

  #restarted(id: string | undefined): void {
    if (id === undefined) return;
    this.#restartId = id;
    this.lastEventId = id;
    this.#forEach((seat) => seat.restarted(id));
  }

  #join(): void {
    const channel = new BroadcastChannel(`eventsource-wasm/${this.#given.name}`);
    channel.onmessage = ({ data }) => this.#receive(data);
    this.#channel = channel;
    this.#enter();
  }

  #make(hasLocks: boolean): number {
    give(Border.SHARED_TEXT_ID, this.lastEventId);
    const { replay, resends } = this.#given;
    return exports().member_new(randomNumber(), Number(hasLocks), replay, Number(resends));
  }

  #enter(): void {
    this.#handleInput(this.#page.isHidden ? Border.MEMBER_HIDDEN : Border.MEMBER_VISIBLE);
    this.#handleInput(Border.MEMBER_JOIN);
  }

  /** Elects a leader without locks: the policy of the page, or its opaque origin, forbids locks. */
  #elect(): void {
    if (this.#isOver) return;
    this.#handleInput(Border.MEMBER_LEAVE);
    exports().member_free(this.#handle);
    this.#handle = this.#make(false);
    this.#enter();
  }

  #leave(state: "connecting" | "paused" = "connecting"): void {
    this.#flush();
    this.#handleInput(Border.MEMBER_LEAVE);
    this.#channel?.close();
    this.#channel = undefined;
    this.#setState({ ...this.#state, state, opening: undefined });
  }

  #close(): void {
    if (this.#isOver) return;
    this.#leave();
    this.#isOver = true;
    clearTimeout(this.#leaving);
    clearTimeout(this.#timer);
    this.#page.ignore();
    exports().member_free(this.#handle);
    this.#onOver();
  }

  /** Handles an event of the page. */
  #live(input: "leave" | "join" | number): void {
    if (input === "leave") this.#leave("paused");
    else if (input === "join") {
      if (this.#channel) return;
      this.#setState({ ...this.#state, state: "connecting" });
      this.#join();
    } else this.#handleInput(input);
  }

  #handleInput(input: number): void {
    if (this.#isOver) return;
    exports().member_handle(this.#handle, input, Date.now(), performance.now());
    this.#carryOut();
  }

  /** Carries out the orders of the engine, until it has no more. */
  #carryOut(): void {
    while (!this.#isOver) {
      const address = exports().member_poll(this.#handle, Date.now(), performance.now());
      const { buffer } = exports().memory;
      const words = new Uint32Array(buffer, address, Border.SHARED_TEXTS_AT + 4);
      const numbers = new Float64Array(buffer, address + Border.SHARED_NUMBERS_AT, Border.MESSAGE_COUNT);
      const text = (index: number) =>
        textAt(words.subarray(Border.SHARED_TEXTS_AT + 2 * index, Border.SHARED_TEXTS_AT + 2 * index + 2));
      switch (words[Border.SHARED_KIND_AT]) {
        case Border.SHARED_SEND:
          this.#send({
            kind: words[Border.SHARED_MESSAGE_AT] as number,
            from: numbers[Border.MESSAGE_FROM] as number,
            epoch: numbers[Border.MESSAGE_EPOCH] as number,
            leader: numbers[Border.MESSAGE_LEADER] as number,
            number: numbers[Border.MESSAGE_NUMBER] as number,
            other: numbers[Border.MESSAGE_OTHER] as number,
            id: text(0),
            start: text(1),
          });
          break;
        case Border.SHARED_COMPETE:
          this.#lock.compete();
          break;
        case Border.SHARED_STEAL:
          this.#lock.steal();
          break;
        case Border.SHARED_RELEASE:
          this.#lock.release();
          break;
        case Border.SHARED_CONNECT:
          this.#connect(text(0));
          break;
        case Border.SHARED_DISCONNECT:
          this.#disconnect();
          break;
        case Border.SHARED_RESEND: {
          const after = numbers[Border.MESSAGE_NUMBER] as number;
          this.#sendEvents(after + 1, this.#history.after(after));
          break;
        }
        case Border.SHARED_FAIL:
          this.#endAll();
          break;
        default:
          this.#wait(new Float64Array(buffer, address + Border.SHARED_DEADLINE_AT, 1)[0] as number);
          return;
      }
    }
  }

  #wait(deadline: number): void {
    clearTimeout(this.#timer);
    if (deadline < 0) return;
    this.#timer = setTimeout(() => this.#carryOut(), Math.max(0, Math.ceil(deadline - performance.now())));
  }

  #send(message: EngineMessage): void {
    if (message.kind === Border.MESSAGE_HELLO) this.#post({ ...message, options: this.#given.terms });
    else if (message.kind === Border.MESSAGE_LEAD) this.#post({ ...message, state: this.#stateNow });
    else this.#post(message);
  }

  #post(content: Content): void {
    const message: Message = { ...content, group: this.#given.group };
    try {
      this.#channel?.postMessage(message);
    } catch (error) {
      report(error);
    }
  }

  /** The numbers of a message, in the memory of the engine: it writes the term there, and reads messages there. */
  get #numbers(): Float64Array {
    const address = exports().message_room();
    return new Float64Array(exports().memory.buffer, address, Border.MESSAGE_COUNT);
  }

  get #term(): { epoch: number; leader: number } {
    exports().member_term(this.#handle);
    const numbers = this.#numbers;
    return { epoch: numbers[Border.MESSAGE_EPOCH] as number, leader: numbers[Border.MESSAGE_LEADER] as number };
  }

  #sendEvents(number: number, events: SharedEvent[]): void {
    if (events.length === 0) return;
    const message = { kind: Border.MESSAGE_EVENTS, from: 0, ...this.#term, number, other: 0, id: "", start: "" };
    this.#post({ ...message, events });
  }

  #receive(message: unknown): void {
    if (!isMessage(message) || this.#isOver || !this.#channel) return;
    if (message.group !== this.#given.group) this.#compare(message);
    else if ("reconnect" in message) {
      const { reconnect: id, token, known } = message;
      const { restarts } = this.#state;
      if (this.role !== Border.ROLE_LEADING) return;
      // All tabs may call in a listener of one event, and a member that has missed the confirmation asks again.
      const isDone = (known as number) < restarts && (id === undefined || id === this.#calledId);
      if (isDone) this.#notify({ what: "restart", id: undefined, token, restarts });
      else this.#restart({ id, token });
    } else if ("notice" in message) {
      if (message.notice.what === "restart") this.#know(message.notice.token, message.notice.restarts);
      const { epoch, leader } = this.#term;
      const isOurs = epoch === message.epoch && leader === message.leader;
      if (isOurs && this.role === Border.ROLE_FOLLOWING) this.#take(message.notice);
    } else this.#receiveForEngine(message);
  }

  #receiveForEngine(message: EngineMessage & { events?: readonly SharedEvent[]; state?: State }): void {
    const { events, state } = message;
    give(Border.SHARED_TEXT_ID, events ? idsOf(events) : message.id);
    give(Border.SHARED_TEXT_START, message.start);
    const { kind, from, epoch, leader, number, other } = message;
    this.#numbers.set([kind, from, epoch, leader, number, other]);
    const skip = exports().member_receive(this.#handle, performance.now());
    if (events && skip >= 0) this.#deliver(events.slice(skip));
    if (this.#isOver) return;
    this.#carryOut();
    if (!state) return;
    if (this.role === Border.ROLE_FOLLOWING) this.#adopt(state);
    this.#ask();
  }

  /** Warns once that a member with the same key and other options shares nothing. */
  #compare(message: Message): void {
    if (this.#hasWarned || !("options" in message) || !message.options) return;
    this.#hasWarned = true;
    const what = differences(this.#given.terms, message.options);
    const advice = "make their options equal, or give each a key of its own";
    console.warn(
      `SharedEventSource: two sources with one key have different options, and share nothing: ${advice}. ${what}`,
    );
  }

  #adopt(state: State): void {
    const { opening } = state;
    const isNew = opening && state.state === "open" && this.#state.state !== "open";
    this.#setState(state);
    if (isNew) this.#forEach((seat) => seat.opened(opening));
  }

  #setState(state: State): void {
    const isNew = state.state !== this.#state.state;
    this.#state = state;
    this.#until = performance.now() + state.delay;
    if (isNew) this.#forEach((seat) => seat.status());
  }

  get #stateNow(): State {
    return { ...this.#state, delay: Math.max(0, this.#until - performance.now()) };
  }

  /** Handles a notice of the leader. */
  #take(notice: Notice): void {
    switch (notice.what) {
      case "open":
        this.#handleInput(Border.MEMBER_RECOVER);
        this.#state = { ...this.#state, state: "open", opening: notice.opening };
        this.#forEach((seat) => seat.opened(notice.opening));
        break;
      case "status":
        this.#setState({ ...notice.state, opening: notice.state.opening ?? this.#state.opening });
        break;
      case "error":
        if (notice.isFinal) this.#over(notice.error);
        else this.#forEach((seat) => seat.error(notice.error));
        break;
      case "comment":
        this.#forEach((seat) => seat.comment(notice.text));
        break;
      case "restart":
        this.#restarted(notice.id);
        break;
      case "complete":
        this.#over({ code: "complete" });
    }
  }

  /** Ends all sources, and leaves in `delay` milliseconds. */
  #over(end: End | PlainError, delay = 0): void {
    const seats = [...this.#seats];
    this.#seats.clear();
    this.#onOver();
    // A source that joins now is a new one, and must not find the leader that has ended.
    this.#channel?.close();
    this.#channel = undefined;
    if (delay === 0) this.#close();
    else this.#leaving = setTimeout(() => this.#close(), delay);
    for (const seat of seats) safely(() => seat.ended(end));
  }

  #forEach(tell: (seat: Seat) => void, seats: readonly Seat[] = [...this.#seats]): void {
    for (const seat of seats) {
      // The listener of an earlier source may have closed this one.
      if (this.#seats.has(seat)) safely(() => tell(seat));
    }
  }

  #deliver(events: readonly SharedEvent[]): void {
    const { replay } = this.#given;
    if (events.length > 0) this.#restartId = undefined;
    for (const event of events) {
      this.lastEventId = event[2];
      if (replay > 0 && event[0]) {
        this.#recent.push(event);
        if (this.#recent.length > replay) this.#recent.shift();
      }
      this.#forEach((seat) => seat.event(event));
    }
    // A listener has called `reconnect()`; the other members have got the rest of these events, too.
    this.#restarted(this.#restartId);
  }

  #connect(lastEventId: string): void {
    this.#disconnect();
    this.#history.clear();
    const wanted = this.role === Border.ROLE_LEADING ? this.#wanted : undefined;
    if (wanted) this.#confirm(wanted);
    const { url, options } = this.#given;
    // The server's reconnection time stays in force, and so does the wait that another leader began.
    const { reconnectionTime, delay, state } = this.#stateNow;
    const { onComment } = options;
    const id = this.#restartId ?? lastEventId;
    const parts: SessionOptions = { ...options, lastEventId: id, serverRetry: reconnectionTime || undefined };
    if (onComment) parts.onComment = (text) => this.#own(session, () => this.#comment(text));
    const session: Session = new Session(url, parts, false, {
      open: (response, opening) => this.#own(session, () => this.#opened(response, opening)),
      event: (type, data, id) => this.#push(session, [type, data, id]),
      id: (id) => {
        if (id !== (this.#batch.at(-1)?.[2] ?? this.lastEventId)) this.#push(session, ["", "", id]);
      },
      retry: () => {
        const { reconnectionTime } = session;
        if (reconnectionTime === this.#state.reconnectionTime) return;
        this.#own(session, () => {
          this.#state = { ...this.#state, reconnectionTime };
          this.#changed();
        });
      },
      status: () => this.#own(session, () => this.#changed()),
      error: (error) => {
        if (error.willReconnect) this.#own(session, () => this.#lost(error));
      },
      end: (end) => this.#own(session, () => this.#ended(end)),
    });
    this.#session = session;
    if (state === "waiting" && !wanted)
      this.#starting = setTimeout(() => this.#start(session), Math.min(delay, LONGEST));
    else this.#start(session);
  }

  #push(session: Session, event: SharedEvent): void {
    if (session !== this.#session) return;
    if (this.#batch.length === 0) queueMicrotask(() => this.#flush());
    this.#batch.push(event);
  }

  #start(session: Session): void {
    this.#starting = undefined;
    this.#setState({ ...this.#state, state: "connecting" });
    this.#notify({ what: "status", state: this.#state });
    session.run();
  }

  #disconnect(): void {
    clearTimeout(this.#starting);
    this.#starting = undefined;
    const session = this.#session;
    this.#batch = [];
    this.#session = undefined;
    session?.finish({ code: "closed" });
  }

  /** Delivers the pending events of a session before its next notification. */
  #own(session: Session, act: () => void): void {
    if (session !== this.#session) return;
    this.#flush();
    if (session === this.#session) act();
  }

  #flush(): void {
    const events = this.#batch;
    this.#batch = [];
    if (events.length === 0 || this.#isOver) return;
    if (this.role === Border.ROLE_LEADING) this.#history.push(events);
    give(Border.SHARED_TEXT_ID, idsOf(events));
    const skip = exports().member_own(this.#handle, this.#history.first, performance.now());
    const number = this.#numbers[Border.MESSAGE_NUMBER] as number;
    if (number > 0) this.#sendEvents(number, events);
    this.#deliver(events.slice(skip));
    this.#carryOut();
  }

  #notify(notice: Notice): void {
    if (this.role !== Border.ROLE_LEADING) return;
    this.#post({ ...this.#term, notice });
  }

  #opened(response: Pick<Response, "status" | "headers" | "redirected" | "url">, opening: Opening): void {
    const { status, headers, redirected } = response;
    const base = this.#session?.url as string;
    this.#failure = undefined;
    this.#handleInput(Border.MEMBER_RECOVER);
    const plain = {
      status,
      headers: [...headers],
      redirected,
      url: plainUrl(response.url || base, base),
      opening,
    };
    this.#changed(plain);
    this.#notify({ what: "open", opening: plain });
    this.#forEach((seat) => seat.opened(plain));
  }

  #changed(opening = this.#state.opening): void {
    const status = this.#session?.status;
    if (!status || status.state === "closed") return;
    const delay = status.state === "waiting" ? status.delay : 0;
    this.#setState({ ...this.#state, state: status.state, delay, opening });
    this.#notify({ what: "status", state: this.#state });
  }

  #comment(text: string): void {
    this.#notify({ what: "comment", text });
    this.#forEach((seat) => seat.comment(text));
  }

  #lost(error: EventSourceError): void {
    this.#changed();
    this.#notify({ what: "error", error: plainError(error), isFinal: false });
    this.#forEach((seat) => seat.error(error));
    // Another member's functions may succeed now.
    if (error.code === "request") this.#handleInput(Border.MEMBER_FALTER);
  }

  #ended(end: End): void {
    if (end.code === "closed" || end.code === "aborted") return;
    this.#failure = { end };
    const { status } = "error" in end ? end.error : { status: undefined };
    // Another member may have the credentials that this one lacks.
    if (end.code === "request" || status === 401 || status === 403) this.#handleInput(Border.MEMBER_FAIL);
    else this.#endAll();
  }

  #endAll(): void {
    const end = this.#failure?.end ?? lostEnd();
    if ("error" in end) this.#notify({ what: "error", error: plainError(end.error), isFinal: true });
    else this.#notify({ what: "complete" });
    this.#over(end, FAREWELL);
  }
}

/** The end of a request that was lost with its leader. It may have delivered an event: no member can know. */
function lostEnd(): End {
  const error = new EventSourceError({ code: "network", attempt: 1, delay: undefined, delivered: true });
  return { code: error.code, error };
}

/** Calls back, and reports an error of a listener. */
export function safely(act: () => void): void {
  try {
    act();
  } catch (error) {
    report(error);
  }
}

/** A number that no other member has. */
const randomNumber = (): number => Math.floor(Math.random() * 2 ** 52) + 1;

function idsOf(events: readonly SharedEvent[]): string {
  return events.map(([, , id]) => id).join("\n");
}
