import { BodyReader } from "./body.js";

/** How much of a refused response's body is kept for its error, in bytes, and how long reading it may take, in ms. */
const PREFIX = 1024;
const PREFIX_TIME = 1000;

/** The parts of a request, made anew for each. */
export interface RequestParts {
  url: string;
  init: RequestInit;
  headers: Headers;
}

/** What of a response decides whether it is an event stream, and what follows if it is none. */
export interface Head {
  status: number;
  contentType: string | null;
  retryAfter: string | null;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** What became of a request, or of its response. */
export type News =
  /** With the start of its body if it is refused. */
  | { type: "response"; response: Response; prefix?: Uint8Array }
  | { type: "chunk"; chunk: Uint8Array }
  | { type: "end" }
  /** The network's failure, or the request's own, which no connection can mend. */
  | { type: "failure"; isRequests: boolean; cause: unknown };

const END: News = { type: "end" };

/** One request and its response, until it ends or is aborted. Then what it still has to tell is of no interest. */
export class Exchange {
  /** Whether the response is known to be no event stream: it came in time, however long its body takes. */
  isRefused = false;
  readonly #controller = new AbortController();
  #body: BodyReader | undefined;

  abort(): void {
    this.#controller.abort();
    // A body that `fetch` did not make knows nothing of the signal.
    this.#body?.cancel();
  }

  /** Sends a request, with the last event ID unless that is empty. `fetch` is the user's, if there is one. */
  async send(
    makeParts: (signal: AbortSignal) => Promise<RequestParts>,
    lastEventId: string,
    fetch: Fetch | undefined,
    refuses: (head: Head) => boolean,
  ): Promise<News> {
    const { signal } = this.#controller;
    let sent: { url: string; promise: Promise<Response> };
    try {
      const parts = await makeParts(signal);
      if (signal.aborted) return END;
      sent = { url: parts.url, promise: send(parts, lastEventId, fetch, signal) };
    } catch (cause) {
      return failure(cause);
    }
    let response: Response;
    try {
      response = await sent.promise;
    } catch (cause) {
      return { type: "failure", isRequests: !fetch && !/^https?:/.test(sent.url), cause };
    }
    let head: Head;
    try {
      // Someone may read it already.
      if (response?.body) this.#body = new BodyReader(response.body);
      head = headOf(response);
    } catch (cause) {
      return failure(cause);
    }
    if (signal.aborted) {
      // A `fetch` of the user's may not heed the signal.
      this.#body?.cancel();
      return END;
    }
    if (!refuses(head)) return { type: "response", response };
    this.isRefused = true;
    return { type: "response", response, prefix: await this.#readPrefix() };
  }

  /** Reads the next chunk of the body. */
  async read(): Promise<News> {
    // That to a HEAD has none.
    if (!this.#body) return END;
    let result: ReadableStreamReadResult<unknown>;
    try {
      result = await this.#body.read();
    } catch (cause) {
      return { type: "failure", isRequests: false, cause };
    }
    if (result.done) return END;
    const chunk = result.value as Uint8Array | undefined;
    // By its tag: a chunk may be of another realm.
    if (chunk?.[Symbol.toStringTag] !== "Uint8Array") {
      return failure(new TypeError("the body must be a stream of Uint8Array chunks"));
    }
    this.#body.reuse(chunk);
    return { type: "chunk", chunk };
  }

  /** Reads the start of the body, as much as comes in time, and releases the rest. */
  async #readPrefix(): Promise<Uint8Array> {
    const prefix = new Uint8Array(PREFIX);
    let length = 0;
    const late = setTimeout(() => this.#body?.cancel(), PREFIX_TIME);
    while (length < PREFIX) {
      const news = await this.read();
      if (news.type !== "chunk") break;
      const wanted = news.chunk.subarray(0, PREFIX - length);
      prefix.set(wanted, length);
      length += wanted.length;
    }
    clearTimeout(late);
    this.#body?.cancel();
    return prefix.subarray(0, length);
  }
}

function failure(cause: unknown): News {
  return { type: "failure", isRequests: true, cause };
}

/** A request that cannot be made throws, rather than giving a promise that fails as if by the network. */
function send(
  { url, init, headers }: RequestParts,
  lastEventId: string,
  fetch: Fetch | undefined,
  signal: AbortSignal,
): Promise<Response> {
  if (!headers.has("Accept")) headers.set("Accept", "text/event-stream");
  if (lastEventId) headers.set("Last-Event-ID", byteString(lastEventId));
  const whole: RequestInit = { ...init, headers, cache: "no-store" };
  // Users may spread the headers.
  if (fetch) return fetch(url, { ...whole, headers: Object.fromEntries(headers), signal });
  // The signal is not the request's own: Node forgets that of one which has been garbage-collected.
  return globalThis.fetch(new Request(url, whole), { signal });
}

/** A `fetch` of the user's may have a class of its own for responses, but not something else. */
function headOf(response: Partial<Response> | undefined): Head {
  const { status, headers } = response ?? {};
  if (typeof status !== "number" || typeof headers?.get !== "function") {
    throw new TypeError("the function 'fetch' must give a Response");
  }
  return { status, contentType: headers.get("Content-Type"), retryAfter: headers.get("Retry-After") };
}

/** The form that headers take: a character for each byte of UTF-8. */
function byteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}
