import { ACCEPT } from "../engine/constants.js";
import { BodyReader } from "./body.js";

/** The parts of a request, made anew for each. */
export interface RequestParts {
  url: string;
  init: RequestInit;
  headers: Headers;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** What became of a request, or of a read. */
export type News =
  | { type: "response"; response: Response; contentType: string | null; retryAfter: string | null }
  | { type: "chunk"; chunk: Uint8Array }
  | { type: "end" }
  /** The request cannot be made, or its answer cannot be read. */
  | { type: "unusable"; cause: unknown }
  /** `fetch` rejected; there is no URL if that was the user's own. */
  | { type: "rejected"; url: string | undefined; cause: unknown }
  /** The body broke off. */
  | { type: "broken"; cause: unknown };

const END: News = { type: "end" };

/** One request and its response, until it ends or is aborted. Afterwards, its news are of no interest. */
export class Exchange {
  readonly #controller = new AbortController();
  #body: BodyReader | undefined;

  abort(): void {
    this.#controller.abort();
    // A body that `fetch` did not make knows nothing of the signal.
    this.#body?.cancel();
  }

  /** Sends a request. `header` is the `Last-Event-ID`, empty for none; `fetch` is the user's, if there is one. */
  async send(
    makeParts: (signal: AbortSignal) => Promise<RequestParts>,
    header: string,
    fetch: Fetch | undefined,
  ): Promise<News> {
    const { signal } = this.#controller;
    let sent: { url: string; promise: Promise<Response> };
    try {
      const parts = await makeParts(signal);
      if (signal.aborted) return END;
      sent = { url: parts.url, promise: send(parts, header, fetch, signal) };
    } catch (cause) {
      return { type: "unusable", cause };
    }
    try {
      const news = this.take(await sent.promise);
      // A `fetch` of the user's may not heed the signal.
      if (signal.aborted) this.#body?.cancel();
      return news;
    } catch (cause) {
      return { type: "rejected", url: fetch ? undefined : sent.url, cause };
    }
  }

  /** Takes a response, whose body nobody else reads from now on. */
  take(response: Response): News {
    try {
      // A `fetch` of the user's may have a class of its own for responses, but not something else.
      if (typeof response?.status !== "number" || typeof response.headers?.get !== "function") {
        throw new TypeError("the function 'fetch' must give a Response");
      }
      // Someone may read it already.
      if (response.body) this.#body = new BodyReader(response.body);
      const { headers } = response;
      const [contentType, retryAfter] = [headers.get("Content-Type"), headers.get("Retry-After")];
      return { type: "response", response, contentType, retryAfter };
    } catch (cause) {
      return { type: "unusable", cause };
    }
  }

  /** Reads the next chunk of the body. */
  async read(): Promise<News> {
    // That to a HEAD has none.
    if (!this.#body) return END;
    let result: ReadableStreamReadResult<unknown>;
    try {
      result = await this.#body.read();
    } catch (cause) {
      return { type: "broken", cause };
    }
    if (result.done) return END;
    const chunk = result.value as Uint8Array | undefined;
    // By its tag: a chunk may be of another realm.
    if (chunk?.[Symbol.toStringTag] !== "Uint8Array") {
      return { type: "unusable", cause: new TypeError("the body must be a stream of Uint8Array chunks") };
    }
    this.#body.reuse(chunk);
    return { type: "chunk", chunk };
  }
}

/** A request that cannot be made throws, rather than giving a promise that fails as if by the network. */
function send(
  { url, init, headers }: RequestParts,
  header: string,
  fetch: Fetch | undefined,
  signal: AbortSignal,
): Promise<Response> {
  if (!headers.has("Accept")) headers.set("Accept", ACCEPT);
  if (header) headers.set("Last-Event-ID", header);
  const whole: RequestInit = { ...init, headers, cache: "no-store" };
  // Users may spread the headers.
  if (fetch) return fetch(url, { ...whole, headers: Object.fromEntries(headers), signal });
  // The signal is not the request's own: Node forgets that of one which has been garbage-collected.
  return globalThis.fetch(new Request(url, whole), { signal });
}
