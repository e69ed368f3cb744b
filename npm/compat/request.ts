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

/** A request that is sent for each connection. */
export class RepeatedRequest {
  /** Absolute, unless a `fetch` of the user's is to make something of it. */
  readonly url: string;
  readonly method: string;
  /** Of the first request. */
  readonly lastEventId: string;
  readonly signal: AbortSignal | undefined;
  /** Beside it, if the input is a `Request`. */
  readonly requestSignal: AbortSignal | undefined;
  readonly #input: RequestInfo;
  readonly #init: RequestInit;
  /** By names as the user wrote them, in a plain object: a `fetch` of the user's may spread it. */
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

  /** `made` has what the engine adds. What a `fetch` of the user's throws is a {@link Thrown}. */
  async send(url: string, made: RequestInit): Promise<Response> {
    const { accept: _, authorization, ...added } = made.headers as Record<string, string>;
    const headers: Record<string, string> = { ...this.#headers, ...added };
    // The URL's user and password. A header of the user's own wins, whose name may be in another case.
    if (authorization && !new Headers(headers).has("authorization")) headers.authorization = authorization;
    const { cache = "no-store", signal = null } = made;
    const init = { cache, ...this.#init, headers, signal };
    // Its body can be sent only once.
    const input = isRequest(this.#input) ? this.#input.clone() : url;
    if (!this.#fetch) {
      if (!isRequest(input) || isNative(input)) return fetch(input, init);
      return fetch(url, await completed(init, input));
    }
    try {
      // Not as a method of this: the browser's own takes no other `this` than its window.
      const own = this.#fetch;
      return await own(input, init);
    } catch (error) {
      throw new Thrown(error);
    }
  }

  /** What `fetch` would refuse each time, it is to refuse now. The body may be a stream, which this would use up. */
  #check(): void {
    new Request(withoutUserinfo(this.url), {
      ...this.#init,
      headers: this.#headers,
      body: this.#init.body == null ? null : "",
    });
  }
}

/** The type knows plain objects only, but not every caller knows the type. */
function pairs(headers: HeadersInit = {}): Iterable<[string, string]> {
  return Symbol.iterator in headers ? (headers as Iterable<[string, string]>) : Object.entries(headers);
}

/** Takes out a header, in whatever case its name is. */
function take(headers: Record<string, string>, name: string): string | undefined {
  let taken: string | undefined;
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() !== name.toLowerCase()) continue;
    taken = String(value);
    delete headers[key];
  }
  return taken;
}
