/** `Request` objects of the user. */

/** The attributes of a request that an init may override. */
const KEPT = ["credentials", "mode", "redirect", "referrer", "referrerPolicy", "integrity", "keepalive"] as const;

/**
 * Whether the global `fetch` takes the request. A `Request` of undici or of a polyfill would count as the URL "[object
 * Request]".
 */
export function isNative(request: Request): boolean {
  return globalThis.Request !== undefined && request instanceof Request;
}

/**
 * An init that describes the whole request except the URL.
 *
 * The body is bytes: Chromium sends streams only over HTTP/2, WebKit sends none, and a `Request` of Firefox has no `body`.
 */
export async function completed(init: RequestInit, request: Request): Promise<RequestInit> {
  const whole = { ...Object.fromEntries(KEPT.map((name) => [name, request[name]])), ...init };
  if (init.body != null || request.body === null) return whole;
  const body = await request.arrayBuffer();
  return body.byteLength > 0 ? { ...whole, body } : whole;
}
