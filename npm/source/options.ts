/** Options as users give them, checked: a wrong type is a `TypeError` that names the option. */

import { isDecoder } from "../decode/decode.js";
import type { Evidence } from "../error/errors.js";
import type { RequestOrder, ShellOptions } from "../shell/shell.js";
import type {
  PerRequest,
  ReconnectOptions,
  RequestContext,
  RequestOptions,
  RetryContext,
  RetryOptions,
  SourceUrl,
} from "../types/types.js";

/** A response or a body that the user gave, instead of requests. */
export type Given = Pick<ShellOptions, "given">;

/** What a session takes: the users' options, and what an entry of this package knows besides. */
export interface SessionOptions extends Given, RequestOptions, Omit<ReconnectOptions, "retry"> {
  retry?: RetryOptions | ((context: RetryContext, evidence: Evidence) => number | "stop") | undefined;
  followsPage?: ShellOptions["followsPage"];
  reconnectionTime?: ShellOptions["reconnectionTime"];
}

type Check = (value: unknown) => boolean;
/** With what a value must be, in words. */
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
const DECODER: Rule = [isDecoder, '"json", a function or a Standard Schema'];

const EXPECTED: Record<string, Rule> = {
  method: STRING,
  signal: [(value) => value instanceof AbortSignal, "an AbortSignal, such as an AbortController's"],
  withCredentials: BOOLEAN,
  credentials: STRING,
  mode: STRING,
  redirect: STRING,
  referrer: STRING,
  referrerPolicy: STRING,
  body: [isBody, "text (JSON.stringify() makes it), bytes, a form, a stream, or a function that makes one"],
  headers: [isObjectOrFunction, "headers, or a function that makes them"],
  lastEventId: STRING,
  decode: [isObjectOrDecoder, `${DECODER[1]}, or an object of these per event name`],
  eventNames: [(value) => Array.isArray(value) && value.every(isString), "an array of strings"],
  onDecodeError: [(value) => ["throw", "skip", "yield"].includes(value as string), '"throw", "skip" or "yield"'],
  retry: [isObjectOrFunction, "an object, or a function that returns milliseconds"],
  connectTimeout: TIME,
  idleTimeout: TIME,
  maxEventSize: [isAtLeast1, "bytes, 1 or more"],
  until: [(value) => isString(value) || isFunction(value), "a string, or a function that knows the last event"],
  whenHidden: [(value) => value === "keep" || value === "pause", '"keep" or "pause"'],
  fetch: [isFunction, "a function"],
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

/** Not plain objects and numbers, which `fetch` would take as the text "[object Object]". */
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

/** Checks the types of all options. */
export function checkOptions(options: unknown): void {
  if (!isObject(options)) throw new TypeError("the options must be an object");
  check(options as object, EXPECTED);
  const { retry, decode, eventNames } = options as { retry?: unknown; decode?: unknown; eventNames?: string[] };
  if (isObject(retry)) check(retry as object, EXPECTED_OF_RETRY, "retry.");
  if (!isObject(decode) || isDecoder(decode)) return;
  const names = Object.keys(decode as object);
  check(decode as object, Object.fromEntries(names.map((name) => [name, DECODER])), "decode.");
  for (const name of names) {
    if (eventNames && name !== "message" && !eventNames.includes(name)) {
      throw new TypeError(`option 'decode.${name}' is for an event that option 'eventNames' does not have`);
    }
  }
}

/** The options of a session, as its shell takes them. */
export function shellOptions(options: SessionOptions, once: boolean, url: SourceUrl): ShellOptions {
  return {
    ...options,
    once,
    hasBody: options.body != null,
    renewsCredentials: isFunction(options.headers) || isFunction(url),
  };
}

/** Makes the parts of one request. Calls the functions that the URL, `headers` and `body` may be. */
export async function requestParts(
  source: SourceUrl,
  options: RequestOptions,
  { method, ...context }: RequestOrder,
): Promise<{ url: string; init: RequestInit; headers: Headers }> {
  const [url, headers, body] = await Promise.all([
    typeof source === "string" ? source : resolve(source, context).then((made) => resolveUrl(made as string)),
    resolve(options.headers, context),
    resolve(options.body as PerRequest<BodyInit | null> | undefined, context),
  ]);
  const init: RequestInit = { method, credentials: credentials(options) };
  if (body != null) init.body = body;
  if (body instanceof ReadableStream) (init as { duplex?: string }).duplex = "half";
  const { mode, redirect, referrer, referrerPolicy } = options;
  Object.assign(init, withoutUndefined({ mode, redirect, referrer, referrerPolicy }));
  return { url, init, headers: new Headers(headers) };
}

function credentials(options: RequestOptions): RequestCredentials {
  const { withCredentials, credentials = "same-origin" } = options;
  if (withCredentials === undefined) return credentials;
  return withCredentials ? "include" : "same-origin";
}

async function resolve<T>(value: PerRequest<T> | undefined, context: RequestContext): Promise<T | undefined> {
  return typeof value === "function" ? (value as (context: RequestContext) => T | Promise<T>)(context) : value;
}

function withoutUndefined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** A missing one would be the URL "undefined". */
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
    const advice =
      base === undefined ? ": without a document it must be absolute, such as https://example.org/events" : "";
    throw new DOMException(`'${url}' is not a URL${advice}`, "SyntaxError");
  }
}
