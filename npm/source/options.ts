/** Checks the options of users: a wrong type is a `TypeError` that names the option. */

import { isDecoder } from "../decode/decode.js";
import { INITIAL_DELAY } from "../engine/constants.js";
import { domException, type Evidence } from "../error/errors.js";
import { isReadable } from "../shell/body.js";
import { Unprepared } from "../shell/exchange.js";
import type { RequestOrder, ShellOptions } from "../shell/hooks.js";
import { isSignal } from "../shell/interfaces.js";
import type { BodyInit } from "../types/platform.js";
import type {
  PerRequest,
  ReconnectOptions,
  RequestContext,
  RequestOptions,
  RetryContext,
  RetryDecision,
  RetryOptions,
  SourceUrl,
} from "../types/types.js";

/** A response or a body that the user gave, in place of requests. */
export type Given = Pick<ShellOptions, "given">;

/** The options of a session: the user's options, and those that only an entry of this package sets. */
export interface SessionOptions extends Given, RequestOptions, Omit<ReconnectOptions, "retry"> {
  retry?: RetryOptions | ((context: RetryContext, evidence: Evidence) => RetryDecision) | undefined;
  /** The signal of a `Request`, in addition to that of the options. */
  requestSignal?: AbortSignal | undefined;
  followsPage?: ShellOptions["followsPage"];
  reconnectionTime?: ShellOptions["reconnectionTime"];
  serverRetry?: ShellOptions["serverRetry"];
}

type Check = (value: unknown) => boolean;
/** A check, and the description of a right value, for the error. */
type Rule = [Check, string];

const isString: Check = (value) => typeof value === "string";
const isFunction: Check = (value) => typeof value === "function";
const isObject: Check = (value) => typeof value === "object" && value !== null;
const isObjectOrFunction: Check = (value) => isObject(value) || isFunction(value);
const isAtLeast1: Check = (value) => typeof value === "number" && value >= 1;

const STRING: Rule = [isString, "a string"];
const BOOLEAN: Rule = [(value) => typeof value === "boolean", "a boolean"];
const TIME: Rule = [(value) => typeof value === "number" && value >= 0, "milliseconds, 0 or more"];
const NUMBER: Rule = [isAtLeast1, "a number, 1 or more"];
const FUNCTION: Rule = [isFunction, "a function"];
const DECODER: Rule = [isDecoder, '"json", a function or a Standard Schema'];

const UNSET: Rule = [(value) => value === null, "left out: no request is sent for a response or a stream"];

/** The rules for the options of every source. */
const EXPECTED: Record<string, Rule> = {
  signal: [isSignal, "an AbortSignal, such as an AbortController's"],
  withCredentials: BOOLEAN,
  decode: [isObjectOrDecoder, `${DECODER[1]}, or an object of these per event name`],
  eventNames: [(value) => Array.isArray(value) && value.every(isString), "an array of strings"],
  emptyData: [(value) => value === "decode" || value === "skip", '"decode" or "skip"'],
};

/** The rules for the options of sources that send requests, or read a given response or body. */
const EXPECTED_OF_REQUESTS: Record<string, Rule> = {
  method: [(value) => isString(value) || isFunction(value), "a string, or a function that makes it"],
  credentials: STRING,
  mode: STRING,
  redirect: STRING,
  referrer: STRING,
  referrerPolicy: STRING,
  body: [isBody, "text (JSON.stringify() makes it), bytes, a form, a stream, or a function that makes one"],
  headers: [isObjectOrFunction, "headers, or a function that makes them"],
  lastEventId: STRING,
  onDecodeError: [(value) => ["throw", "skip", "yield"].includes(value as string), '"throw", "skip" or "yield"'],
  retry: [isObjectOrFunction, "an object, or a function that returns milliseconds"],
  connectTimeout: TIME,
  idleTimeout: TIME,
  maxEventSize: [isAtLeast1, "bytes, 1 or more"],
  eventTimeout: TIME,
  maxErrorBody: [(value) => typeof value === "number" && value >= 0, "bytes, 0 or more"],
  until: [
    (value) => isString(value) || isFunction(value) || isString((value as { event?: unknown } | null)?.event),
    "a string, an object with the name of an event, or a function that returns true for the last event",
  ],
  failOn: [
    (value) => isString(value) || isFunction(value) || (Array.isArray(value) && value.every(isString)),
    "the name of an event, names, or a function that returns true for the event",
  ],
  unfinished: [(value) => ["discard", "deliver", "error"].includes(value as string), '"discard", "deliver" or "error"'],
  dedupe: [(value) => typeof value === "number" && value >= 0, "a number of events, 0 or more"],
  onComment: FUNCTION,
  accept: FUNCTION,
  lastEventIdHeader: BOOLEAN,
  persistId: [
    (value) => value === "session" && "sessionStorage" in globalThis,
    '"session", and only in a page: elsewhere there is no sessionStorage',
  ],
  whenHidden: [(value) => value === "keep" || value === "pause", '"keep" or "pause"'],
  fetch: FUNCTION,
  clock: [isClock, "an object with now(), setTimeout() and clearTimeout(), such as a TestClock"],
};

const EXPECTED_OF_RETRY: Record<keyof RetryOptions, Rule> = {
  initialDelay: TIME,
  maxDelay: TIME,
  factor: NUMBER,
  jitter: BOOLEAN,
  maxAttempts: NUMBER,
};

function isObjectOrDecoder(value: unknown): boolean {
  return isObject(value) || isDecoder(value);
}

/**
 * Whether `fetch` takes the value as a body. Plain objects and numbers are refused: `fetch` would send the text "[object
 * Object]".
 */
function isBody(value: unknown): boolean {
  if (value === null || isString(value) || isFunction(value)) return true;
  return isObject(value) && !Array.isArray(value) && ![Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function isClock(value: unknown): boolean {
  const clock = value as Record<string, unknown> | null;
  return ["now", "setTimeout", "clearTimeout"].every((name) => isFunction(clock?.[name]));
}

function check(options: object, expected: Record<string, Rule>, prefix = ""): void {
  for (const [name, [isRight, what]] of Object.entries(expected)) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined && !isRight(value)) {
      throw new TypeError(`option '${prefix}${name}' must be ${what}`);
    }
  }
}

/** Checks the types of the options of any source. */
export function checkOptions(options: unknown): void {
  if (!isObject(options)) throw new TypeError("the options must be an object");
  check(options as object, EXPECTED);
  const { decode, eventNames } = options as { decode?: unknown; eventNames?: string[] };
  if (!isObject(decode) || isDecoder(decode)) return;
  const names = Object.keys(decode as object);
  check(decode as object, Object.fromEntries(names.map((name) => [name, DECODER])), "decode.");
  for (const name of names) {
    if (eventNames && name !== "message" && !eventNames.includes(name)) {
      throw new TypeError(
        `option 'decode.${name}' is for an event that option 'eventNames' does not have: add the name there`,
      );
    }
  }
}

/** Checks the types of the options of a source that sends requests. */
export function checkRequestOptions(options: unknown): void {
  checkOptions(options);
  check(options as object, EXPECTED_OF_REQUESTS);
  const { retry, until, failOn } = options as {
    retry?: unknown;
    until?: { event?: string };
    failOn?: string | string[];
  };
  if (isObject(retry)) check(retry as object, EXPECTED_OF_RETRY, "retry.");
  if (until?.event !== undefined && [failOn].flat().includes(until.event)) {
    throw new TypeError(
      `options 'until' and 'failOn' name the same event, '${until.event}': take it out of one of them`,
    );
  }
}

/** Checks that no option of a request is set, where the user gives a response or a stream instead of a URL. */
export function checkNoRequest(options: object): void {
  check(options, { method: UNSET, headers: UNSET, body: UNSET, fetch: UNSET, retry: UNSET });
}

/** The reconnection time, as far as the options tell it before the engine does. */
export function initialDelay({ retry }: Pick<SessionOptions, "retry">): number {
  return (typeof retry === "object" ? retry.initialDelay : undefined) ?? INITIAL_DELAY;
}

/** Converts the options of a session to those of its shell. */
export function shellOptions(options: SessionOptions, once: boolean, url: SourceUrl): ShellOptions {
  return {
    ...options,
    once,
    hasBody: options.body != null,
    // A stream cannot be sent again, so the refusal is final.
    renewsCredentials: (isFunction(options.headers) || isFunction(url)) && !isReadable(options.body),
  };
}

/** Makes the parts of one request. Calls the functions that the URL, `headers` and `body` may be. */
export async function requestParts(
  source: SourceUrl,
  options: RequestOptions,
  { method: fixed, ...context }: RequestOrder,
): Promise<{ url: string; init: RequestInit; headers: Headers }> {
  const { method } = options;
  const [made, target, given, body] = await Promise.all([
    typeof method === "function" ? resolve(method, context) : undefined,
    resolve(source, context),
    resolve(options.headers, context),
    resolve(options.body as PerRequest<BodyInit | null> | undefined, context),
  ]);
  const resolved = typeof source === "string" ? source : resolveUrl(target as string);
  const init: RequestInit = { method: made ?? fixed, credentials: credentials(options) };
  // The function of `method` may turn a POST into a GET, which has no body.
  if (body != null && !(made && /^(get|head)$/i.test(made))) init.body = body;
  if (isReadable(init.body)) (init as { duplex?: string }).duplex = "half";
  const { mode, redirect, referrer, referrerPolicy } = options;
  Object.assign(init, withoutUndefined({ mode, redirect, referrer, referrerPolicy }));
  const headers = new Headers(given);
  // The engine sends the current last event ID.
  if (!isFunction(options.headers)) headers.delete(LAST_EVENT_ID);
  const url = withoutUserinfo(resolved);
  const userinfo = url !== resolved && USERINFO.exec(resolved)?.[2];
  if (userinfo && !headers.has("authorization")) headers.set("authorization", basic(userinfo));
  return { url, init, headers };
}

const LAST_EVENT_ID = "Last-Event-ID";

/** The `Last-Event-ID` in static headers, which means the option `lastEventId`. An invalid header throws later, with the request. */
export function headerId(headers: RequestOptions["headers"]): string | undefined {
  try {
    return !headers || typeof headers === "function"
      ? undefined
      : (new Headers(headers).get(LAST_EVENT_ID) ?? undefined);
  } catch {
    return undefined;
  }
}

/** Matches the user and the password of a resolved URL, after its scheme. */
const USERINFO = /^([^/?#]*\/\/)([^/?#]*)@/;

/** The URL without user and password, for `fetch` and for display. */
export function withoutUserinfo(url: string): string {
  // Few URLs have an "@", and the expression is compiled at its first use.
  return url.includes("@") ? url.replace(USERINFO, "$1") : url;
}

/** The `Authorization` header of the user and the password of a URL, which are percent-encoded UTF-8. */
function basic(userinfo: string): string {
  const pair = userinfo.includes(":") ? userinfo : `${userinfo}:`;
  const bytes = pair.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return `Basic ${btoa(bytes)}`;
}

function credentials(options: RequestOptions): NonNullable<RequestInit["credentials"]> {
  const { withCredentials, credentials = "same-origin" } = options;
  if (withCredentials === undefined) return credentials;
  return withCredentials ? "include" : "same-origin";
}

/** Calls the function that an option may be. */
async function resolve<T>(value: PerRequest<T> | undefined, context: RequestContext): Promise<T | undefined> {
  if (typeof value !== "function") return value;
  try {
    return await (value as (context: RequestContext) => T | Promise<T>)(context);
  } catch (cause) {
    throw new Unprepared(cause);
  }
}

function withoutUndefined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** Throws if the URL is missing: it would be the URL "undefined". */
export function checkUrl(url: unknown): void {
  if (url === undefined) throw new TypeError("the URL is missing: give it as the first argument");
}

/**
 * Resolves a URL against the document's base or the worker's location.
 *
 * @throws {DOMException} `SyntaxError`, as the browser's `EventSource` does.
 */
export function resolveUrl(url: string | URL): string {
  checkUrl(url);
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(url, base).href;
  } catch {
    // The URL does not parse, so a password may be anywhere before the last "@".
    const shown = `${url}`.replace(/.*@/s, "…@");
    const advice = "give an absolute one, such as https://example.org/events, or a relative one in a page or a worker";
    throw domException(`'${shown}' is not a URL: ${advice}`, "SyntaxError");
  }
}
