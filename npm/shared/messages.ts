/**
 * The messages of the members of a shared connection, over a BroadcastChannel. `docs/guides/tabs.md` describes them. A change
 * of their form needs another number of `PROTOCOL`.
 */
import { MESSAGE_BYE, MESSAGE_EVENTS } from "../engine/constants.js";
import type { ErrorCode } from "../error/code.js";
import type { EventSourceError } from "../error/errors.js";
import type { Opening } from "../shell/hooks.js";
import type { ServerSentEvent, SourceStatus } from "../types/types.js";

/** The version of the messages. Two releases of the package with different versions share nothing. */
export const PROTOCOL = 1;

/** An event: its type, its data, the last event ID. An ID without an event has no type. */
export type SharedEvent = readonly [type: string, data: string, lastEventId: string];

/** An error, without the parts that a channel cannot carry. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly attempt: number;
  readonly delay: number | undefined;
  readonly delivered: boolean;
  readonly status: number | undefined;
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyPrefix: string | undefined;
  readonly event: ServerSentEvent | undefined;
  readonly unfinished: ServerSentEvent | undefined;
  readonly unsentLastEventId: string | undefined;
  readonly cause: string | undefined;
}

/** The head of the response that opened the connection, and the facts of the opening. */
export interface PlainOpening {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly redirected: boolean;
  /** The URL without its query and its fragment, which may have credentials in them. */
  readonly url: string;
  readonly opening: Opening;
}

/** The state of the connection. */
export interface State {
  readonly state: Exclude<SourceStatus["state"], "closed">;
  /** Milliseconds until the next request, from now. */
  readonly delay: number;
  readonly opening: PlainOpening | undefined;
  /** The reconnection time in force if the server has set it; otherwise 0. */
  readonly reconnectionTime: number;
  /** The number of calls of `reconnect()` that the leaders have carried out. */
  readonly restarts: number;
}

/** A notice of the leader about the connection. Events have messages of their own. */
export type Notice =
  | { readonly what: "open"; readonly opening: PlainOpening }
  | { readonly what: "status"; readonly state: State }
  | { readonly what: "error"; readonly error: PlainError; readonly isFinal: boolean }
  | { readonly what: "comment"; readonly text: string }
  /** It connects anew, after the event with this ID if there is one, because of the call with this token. */
  | { readonly what: "restart"; readonly id: string | undefined; readonly token: number; readonly restarts: number }
  | { readonly what: "complete" };

/** The fields of a message from or to the engine. */
export interface EngineMessage {
  readonly kind: number;
  readonly from: number;
  readonly epoch: number;
  readonly leader: number;
  readonly number: number;
  readonly other: number;
  readonly id: string;
  readonly start: string;
}

/** The content of a message. */
export type Content =
  | (EngineMessage & {
      readonly events?: readonly SharedEvent[];
      readonly state?: State;
      readonly options?: Readonly<Record<string, string>>;
    })
  | { readonly epoch: number; readonly leader: number; readonly notice: Notice }
  /** `known` is the number of restarts that the sender knew when it called; undefined if it followed no leader. */
  | { readonly reconnect: string | undefined; readonly token: number; readonly known: number | undefined };

/** A message. A message with another `group` comes from a member with other options. */
export type Message = { readonly group: string } & Content;

const isNumber = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isString = (value: unknown): boolean => typeof value === "string";
const isOptionalId = (value: unknown): boolean => value === undefined || isString(value);

/** Whether the data is a message of a member: every script of the origin can send anything. */
export function isMessage(data: unknown): data is Message {
  const message = data as Record<string, unknown> | null | undefined;
  if (typeof message !== "object" || !message || !isString(message.group)) return false;
  if ("reconnect" in message) return isOptionalId(message.reconnect) && isNumber(message.token);
  if (!isNumber(message.epoch) || !isNumber(message.leader)) return false;
  const { notice, state, kind, events } = message as {
    notice?: unknown;
    state?: unknown;
    kind?: number;
    events?: unknown;
  };
  if (notice !== undefined) return isNotice(notice);
  if (!isNumber(kind) || (kind as number) > MESSAGE_BYE) return false;
  if (!["from", "number", "other"].every((name) => isNumber(message[name]))) return false;
  if (!isString(message.id) || !isString(message.start)) return false;
  if (state !== undefined && !isState(state)) return false;
  if (kind !== MESSAGE_EVENTS) return events === undefined;
  return Array.isArray(events) && events.length > 0 && events.every(isEvent);
}

function isEvent(event: unknown): boolean {
  return Array.isArray(event) && event.length === 3 && event.every(isString);
}

function isHead(head: unknown): boolean {
  const { headers } = (head ?? {}) as { headers?: unknown };
  return Array.isArray(headers) && headers.every((header) => Array.isArray(header) && header.every(isString));
}

function isOpening(value: unknown): boolean {
  const { status, url, opening } = (value ?? {}) as Partial<PlainOpening>;
  return isNumber(status) && isString(url) && typeof opening === "object" && isHead(value);
}

function isState(value: unknown): boolean {
  const { state, delay, opening, reconnectionTime, restarts } = (value ?? {}) as Partial<State>;
  return (
    ["connecting", "open", "waiting", "paused"].includes(state as string) &&
    typeof delay === "number" &&
    typeof reconnectionTime === "number" &&
    isNumber(restarts) &&
    (opening === undefined || isOpening(opening))
  );
}

function isNotice(value: unknown): boolean {
  const { what, opening, state, error, text, id, token, restarts } = (value ?? {}) as Record<string, unknown>;
  if (what === "open") return isOpening(opening);
  if (what === "status") return isState(state);
  if (what === "error") return isHead(error) && isString((error as PlainError).code);
  if (what === "restart") return isOptionalId(id) && isNumber(token) && isNumber(restarts);
  return what === "comment" ? isString(text) : what === "complete";
}

export function plainError(error: EventSourceError): PlainError {
  const { headers = [], cause } = error;
  return { ...error, headers: [...headers], cause: cause === undefined ? undefined : textOf(cause) };
}

/** The text of a cause, which may be any value, even an object without a prototype. */
function textOf(cause: unknown): string {
  try {
    return String(cause);
  } catch {
    return Object.prototype.toString.call(cause);
  }
}
