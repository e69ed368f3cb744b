/**
 * Recognizes objects of the web's interfaces by their members. They may be of another realm (an iframe's, jsdom's), of a
 * package (undici, node-fetch) or of a polyfill. `instanceof` fails for these, and the global class may be missing.
 */

/** The members that an object of any interface may have. */
type Like = Record<PropertyKey, unknown> | null | undefined;

/** Whether a value has a method of this name. */
export function can(value: unknown, name: PropertyKey): boolean {
  return typeof (value as Like)?.[name] === "function";
}

export function isSignal(value: unknown): value is AbortSignal {
  return typeof (value as Like)?.aborted === "boolean" && can(value, "addEventListener");
}

export function isStream(value: unknown): value is ReadableStream<unknown> {
  return can(value, "getReader");
}

export function isResponse(value: unknown): value is Response {
  return typeof (value as Like)?.status === "number" && can((value as Response).headers, "get");
}

export function isRequest(value: unknown): value is Request {
  return typeof (value as Like)?.url === "string" && can((value as Request).headers, "get");
}
