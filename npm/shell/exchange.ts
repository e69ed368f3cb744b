import { ACCEPT } from "../engine/constants.js";
import { BodyReader, isReadable } from "./body.js";
import { eventStreamResponse } from "./event-stream.js";
import { isResponse } from "./interfaces.js";

/** The parts of one request. */
export interface RequestParts {
  url: string;
  init: RequestInit;
  headers: Headers;
}

/** A function of the user that makes a part of a request has thrown `cause`. */
export class Unprepared {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** A response or a body that the user has already. */
export type Given = { response: Response } | { body: ReadableStream<unknown> };

/** The result of a request or of a read. */
export type News =
  | Head
  | { type: "chunk"; chunk: Uint8Array }
  | { type: "end" }
  /** The request cannot be made, or its answer cannot be read. */
  | { type: "unusable"; cause: unknown }
  /** A function of the user that makes a part of the request failed. */
  | { type: "unprepared"; cause: unknown }
  /** `fetch` rejected. There is no URL if a function of the user sent the request. */
  | { type: "rejected"; url: string | undefined; cause: unknown }
  /** The body broke off. */
  | { type: "broken"; cause: unknown };

/** The head of a response, or of the response that wraps a given body. */
interface Head {
  type: "response" | "body";
  response: Response;
  contentType: string | null;
  retryAfter: string | null;
  isStreamed: boolean;
}

const END: News = { type: "end" };

/** One request and its response. After an abort, nobody uses its results. */
export class Exchange {
  /** Aborts the request. What the user gave has none: its body is cancelled. */
  #controller: AbortController | undefined;
  #body: BodyReader | undefined;
  isAborted = false;
  /** The URL of the request, once it is made. */
  url: string | undefined;
  response: Response | undefined;
  /** The reason for which the exchange failed. */
  cause: unknown;

  fail(cause: unknown): void {
    this.cause = cause;
  }

  abort(): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.#controller?.abort();
    this.#cancelBody();
  }

  /** Sends a request. `header` is the `Last-Event-ID`, empty for none; `fetch` is the option of the user. */
  async send(
    makeParts: (exchange: Exchange) => Promise<RequestParts>,
    header: string,
    fetch: Fetch | undefined,
  ): Promise<News> {
    this.#controller = newController();
    const signal = this.#controller?.signal;
    let sent: { url: string; method: string | undefined; promise: Promise<Response> };
    try {
      const parts = await makeParts(this);
      if (this.isAborted) return END;
      this.url = parts.url;
      sent = { url: parts.url, method: parts.init.method, promise: send(parts, header, fetch, signal) };
    } catch (cause) {
      return cause instanceof Unprepared ? { type: "unprepared", cause: cause.cause } : { type: "unusable", cause };
    }
    try {
      const news = this.#take("response", await sent.promise, sent.method);
      // The user's `fetch` may ignore the signal.
      if (this.isAborted) this.#cancelBody();
      return news;
    } catch (cause) {
      return { type: "rejected", url: fetch ? undefined : sent.url, cause };
    }
  }

  /** Takes what the user gave in place of a request. Nobody else may read the body from now on. */
  take(given: Given): News {
    if ("response" in given) return this.#take("response", given.response);
    return this.#take("body", eventStreamResponse(given.body as ReadableStream<Uint8Array>));
  }

  #take(type: Head["type"], response: Response, method?: string): News {
    try {
      // The user's `fetch` may return responses of its own class, but no other objects.
      if (!isResponse(response)) throw new TypeError("option 'fetch' must return a Response");
      // A locked body has a reader already.
      if (isReadable(response.body)) this.#body = new BodyReader(response.body);
      const { headers } = response;
      const [contentType, retryAfter] = [headers.get("Content-Type"), headers.get("Retry-After")];
      // The response to a HEAD has no body, and ends at once.
      const isStreamed = this.#body !== undefined || method === "HEAD";
      this.response = response;
      return { type, response, contentType, retryAfter, isStreamed };
    } catch (cause) {
      return { type: "unusable", cause };
    }
  }

  /** Reads the next chunk of the body. */
  async read(): Promise<News> {
    const body = this.#body;
    // The response to a HEAD has no body, and a refused response needs none.
    if (!body) return END;
    let result: ReadableStreamReadResult<unknown>;
    try {
      result = await body.read();
    } catch (cause) {
      return { type: "broken", cause };
    }
    if (result.done) return END;
    const chunk = result.value as Uint8Array | undefined;
    // Checks the tag, because a chunk may be of another realm.
    if (chunk?.[Symbol.toStringTag] !== "Uint8Array") {
      return { type: "unusable", cause: new TypeError("the body must be a stream of Uint8Array chunks") };
    }
    body.reuse(chunk);
    return { type: "chunk", chunk };
  }

  /** Cancels the body. The signal does not suffice: a body that `fetch` did not make does not know it. */
  #cancelBody(): void {
    this.#body?.cancel();
    this.#body = undefined;
  }
}

/** Throws synchronously if the request cannot be made: a rejection would look like a failure of the network. */
function send(
  { url, init, headers }: RequestParts,
  header: string,
  fetch: Fetch | undefined,
  signal: AbortSignal | undefined,
): Promise<Response> {
  if (!headers.has("Accept")) headers.set("Accept", ACCEPT);
  if (header) headers.set("Last-Event-ID", header);
  const whole: RequestInit = { ...init, headers, cache: "no-store" };
  const withSignal = signal && { signal };
  // Users may spread the headers.
  if (fetch) return fetch(url, { ...whole, headers: Object.fromEntries(headers), ...withSignal });
  if (!globalThis.fetch) throw new TypeError("there is no fetch here: give one by the option 'fetch'");
  // A polyfill of `fetch` may come without Request.
  if (!globalThis.Request) return globalThis.fetch(url, { ...whole, ...withSignal });
  // The signal is given twice: Node loses the signal of a garbage-collected Request, and a replaced `fetch` may pass on only
  // the Request.
  return globalThis.fetch(requestOf(url, { ...whole, ...withSignal }), withSignal);
}

/** Makes a `Request`. Runtimes without a cache may refuse the option `cache`, as workerd did until 2024. */
function requestOf(url: string, { cache, ...init }: RequestInit): Request {
  try {
    return new Request(url, { ...init, cache: cache as RequestCache });
  } catch (cause) {
    try {
      return new Request(url, init);
    } catch {
      throw cause;
    }
  }
}

/** The global `process` of Node.js. It is read from `globalThis`, because bundlers would add a polyfill for the bare name. */
interface NodeGlobals {
  process: { getBuiltinModule(name: "util"): { transferableAbortController(): AbortController } };
}

/**
 * Makes a controller whose signal `fetch` accepts. Under jsdom the global class is jsdom's, but `fetch` is Node's and accepts
 * only signals of Node. Without a controller, a request cannot be aborted before its response; then the body is cancelled.
 */
function newController(): AbortController | undefined {
  const { process } = globalThis as unknown as NodeGlobals;
  const makers = [() => new AbortController(), () => process.getBuiltinModule("util").transferableAbortController()];
  for (const make of makers) {
    try {
      const controller = make();
      if (globalThis.Request) new Request("https://signal.invalid/", { signal: controller.signal });
      return controller;
    } catch {
      // Tries the next way.
    }
  }
  return undefined;
}
