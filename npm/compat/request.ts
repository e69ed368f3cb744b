import {
  _completed as completed,
  _isNative as isNative,
  _isRequest as isRequest,
  _resolveUrl as resolveUrl,
  _withoutUserinfo as withoutUserinfo,
} from "../index.js";
import type { HeadersInit, RequestInfo } from "../types/platform.js";
import { Thrown } from "./thrown.js";
import type { FetchEventSourceInit } from "./types.js";

/** The request that is sent for each connection. */
export class RepeatedRequest {
  /** The URL: absolute, unless a `fetch` of the user resolves it. */
  readonly url: string;
  readonly method: string;
  /** The last event ID of the first request. */
  readonly lastEventId: string;
  readonly signal: AbortSignal | undefined;
  /** The signal of the input, if that is a `Request`. */
  readonly requestSignal: AbortSignal | undefined;
  readonly #input: RequestInfo;
  readonly #init: RequestInit;
  /** Headers by the names that the user wrote, in a plain object: a `fetch` of the user may spread it. */
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof fetch | undefined;

  /**
   * @throws {DOMException} `SyntaxError` when the URL does not parse.
   * @throws {TypeError} when the request cannot be made.
   */
  constructor(input: RequestInfo, options: FetchEventSourceInit) {
    const { signal, headers, onopen, onmessage, onclose, onerror, openWhenHidden, fetch, ...init } = options;
    const request = isRequest(input) ? input : undefined;
    this.url = request?.url ?? (fetch ? String(input) : resolveUrl(input as string));
    this.method = init.method ?? request?.method ?? (init.body == null ? "GET" : "POST");
    this.signal = signal ?? undefined;
    this.requestSignal = request?.signal;
    this.#headers = request ? Object.fromEntries(request.headers) : {};
    for (const [name, value] of pairs(headers)) {
      take(this.#headers, name);
      this.#headers[name] = value;
    }
    this.lastEventId = take(this.#headers, "last-event-id") ?? "";
    this.#headers.accept = take(this.#headers, "accept") || "text/event-stream";
    this.#input = input;
    this.#init = { ...init, method: this.method };
    this.#fetch = fetch;
    if (request?.bodyUsed) throw new TypeError("the body of the request is read already: give a new Request");
    if (!fetch) this.#check();
  }

  /** `made` has the additions of the engine. An error of the user's `fetch` is wrapped in a {@link Thrown}. */
  async send(url: string, made: RequestInit): Promise<Response> {
    const { accept: _, authorization, ...added } = made.headers as Record<string, string>;
    const headers: Record<string, string> = { ...this.#headers, ...added };
    // The user and the password of the URL. A header of the user takes precedence; its name may be in another case.
    if (authorization && !new Headers(headers).has("authorization")) headers.authorization = authorization;
    const { cache = "no-store", signal = null } = made;
    const init = { cache, ...this.#init, headers, signal };
    // The body of a `Request` can be sent only once.
    const input = isRequest(this.#input) ? this.#input.clone() : url;
    if (!this.#fetch) {
      if (!isRequest(input) || isNative(input)) return fetch(input, init);
      return fetch(url, await completed(init, input));
    }
    try {
      // Not called as a method: the browser's `fetch` takes no other `this` than its window.
      const own = this.#fetch;
      return await own(input, init);
    } catch (error) {
      throw new Thrown(error);
    }
  }

  /** Throws at once for a request that `fetch` would refuse each time. A body may be a stream, which the check would use up. */
  #check(): void {
    new Request(withoutUserinfo(this.url), {
      ...this.#init,
      headers: this.#headers,
      body: this.#init.body == null ? null : "",
    });
  }
}

/** The pairs of the headers. The type allows only plain objects, but some callers give other headers. */
function pairs(headers: HeadersInit = {}): Iterable<[string, string]> {
  return Symbol.iterator in headers ? (headers as Iterable<[string, string]>) : Object.entries(headers);
}

/** Removes a header, whatever the case of its name, and returns its value. */
function take(headers: Record<string, string>, name: string): string | undefined {
  let taken: string | undefined;
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() !== name.toLowerCase()) continue;
    taken = String(value);
    delete headers[key];
  }
  return taken;
}
