/** Requests that the user has made. */

/** Attributes that an init may replace. */
const KEPT = ["credentials", "mode", "redirect", "referrer", "referrerPolicy", "integrity", "keepalive"] as const;

/** Whether the global `fetch` takes it as it is. Others, of undici or of a polyfill, it would take as the URL "[object Request]". */
export function isNative(request: Request): boolean {
  return globalThis.Request !== undefined && request instanceof Request;
}

/**
 * An init with all that can be read of the request, so that it says everything beside the URL.
 *
 * The body is bytes: a stream goes out of Chromium over HTTP/2 alone and of WebKit not at all, and Firefox has none to show.
 */
export async function completed(init: RequestInit, request: Request): Promise<RequestInit> {
  const whole = { ...Object.fromEntries(KEPT.map((name) => [name, request[name]])), ...init };
  if (init.body != null || request.body === null) return whole;
  const body = await request.arrayBuffer();
  return body.byteLength > 0 ? { ...whole, body } : whole;
}
