import type { BodyInit, HeadersInit } from "../types/platform.js";
import { Body } from "./body.js";
import { commentText, eventText, type TestEvent } from "./event-stream.js";

/**
 * The head of a response that is an event stream.
 *
 * @example
 * const init: OpenInit = { headers: { "x-request-id": "r1" } };
 * connection.open(init).send({ data: "hello" });
 */
export interface OpenInit {
  /** The status. Default 200. */
  status?: number | undefined;
  /** Headers in addition to `Content-Type: text/event-stream`. */
  headers?: HeadersInit | undefined;
}

/**
 * Headers and body of a response that is no event stream.
 *
 * @example
 * const init: RefuseInit = { headers: { "www-authenticate": "Bearer" }, body: "sign in first" };
 * connection.refuse(401, init);
 */
export interface RefuseInit {
  /** The headers, such as `Retry-After`. */
  headers?: HeadersInit | undefined;
  /** The body. Default: none. */
  body?: BodyInit | null | undefined;
}

/** Settles the promise of the `fetch`. */
interface Settle {
  respond(response: Response): void;
  reject(reason: unknown): void;
}

/**
 * One request to a `TestEventServer`, which the test answers.
 *
 * The methods that answer return the connection, so that they can be chained. After the client has gone they do nothing, as
 * when a server writes to a closed connection. After the test has ended the connection, they throw.
 *
 * @example
 * const connection = await server.accept();
 * console.log(connection.method, connection.headers.get("authorization"), connection.lastEventId);
 * connection.open().send({ event: "update", id: "8", data: '{"percent":50}' }).end();
 */
export class TestConnection {
  /** The request of the client. `await request.text()` is its body. */
  readonly request: Request;
  /** The signal by which the client aborts the request. */
  readonly signal: AbortSignal;
  /** The `Last-Event-ID` of the request; empty for none. */
  readonly lastEventId: string;
  /** Resolves when the connection is over, with the side that ended it: the client by an abort, or the server by the test. */
  readonly closed: Promise<"client" | "server">;

  readonly #settle: Settle;
  #state: "new" | "open" | "closed by the client" | "closed by the server" = "new";
  #body: Body | undefined;
  #resolveClosed!: (by: "client" | "server") => void;

  /** @internal */
  constructor(request: Request, signal: AbortSignal, settle: Settle) {
    this.request = request;
    this.signal = signal;
    this.lastEventId = decodedId(request.headers.get("last-event-id") ?? "");
    this.#settle = settle;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  /** The URL of the request. */
  get url(): string {
    return this.request.url;
  }

  /** The method of the request. */
  get method(): string {
    return this.request.method;
  }

  /** The headers of the request. */
  get headers(): Headers {
    return this.request.headers;
  }

  /** Whether the connection is over. */
  get isClosed(): boolean {
    return this.#state.startsWith("closed");
  }

  /** Answers with an event stream. Methods that send also open the connection. */
  open({ status = 200, headers }: OpenInit = {}): this {
    if (this.#isOver("open")) return this;
    if (this.#state === "open")
      throw new Error("the connection is open already: call open() once, before any other answer");
    const all = new Headers(headers);
    if (!all.has("content-type")) all.set("content-type", "text/event-stream");
    const body = new Body(() => this.#close("client"));
    const response = new Response(body.stream, { status, headers: all });
    this.#body = body;
    this.#state = "open";
    this.#settle.respond(response);
    return this;
  }

  /**
   * Sends one event.
   *
   * @throws {TypeError} for what an event stream cannot hold, such as a name with a line break; the message says what to do.
   */
  send(event: TestEvent): this {
    return this.write(eventText(event));
  }

  /** Sends a comment, which clients count as a sign of life. */
  comment(text = ""): this {
    return this.write(commentText(text));
  }

  /**
   * Sends text or bytes unchanged: part of an event, or invalid bytes.
   *
   * @example
   * connection.write('data: {"per').write('cent":50}\n\n');
   */
  write(chunk: string | Uint8Array): this {
    if (this.#isOver("write")) return this;
    if (this.#state === "new") this.open();
    this.#body?.write(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
    return this;
  }

  /** Ends the response, as a server does at the end of its events or at a shutdown. */
  end(): this {
    if (this.#isOver("end")) return this;
    if (this.#state === "new") this.open();
    this.#close("server");
    this.#body?.end();
    return this;
  }

  /** Breaks the connection, before the response or during the body. */
  fail(error: unknown = new TypeError("the test broke the connection")): this {
    if (this.#isOver("fail")) return this;
    this.#close("server");
    this.#settle.reject(error);
    this.#body?.fail(error);
    return this;
  }

  /** Answers with a response that is no event stream, such as 401 or 503. */
  refuse(status: number, { headers, body = null }: RefuseInit = {}): this {
    if (this.#isOver("refuse")) return this;
    if (this.#state === "open")
      throw new Error(
        "the connection is open already: call refuse() instead of open(), or end() or fail() the connection",
      );
    const response = new Response(body, { status, headers: new Headers(headers) });
    this.#close("server");
    this.#settle.respond(response);
    return this;
  }

  /** Whether the client has gone; throws if the test has ended the connection. */
  #isOver(method: string): boolean {
    if (this.#state === "closed by the server") {
      throw new Error(`the connection is over, ${method}() is too late: accept() the next connection`);
    }
    return this.#state === "closed by the client";
  }

  #close(by: "client" | "server"): void {
    if (this.isClosed) return;
    this.#state = `closed by the ${by}`;
    this.#resolveClosed(by);
  }

  /** Rejects the promise of `fetch` and the body with the reason of the signal, as `fetch` does. */
  readonly #abort = (): void => {
    this.#close("client");
    this.#settle.reject(this.signal.reason);
    this.#body?.abort(this.signal.reason);
  };
}

/** Decodes an ID from a header, which holds UTF-8 with one character per byte. */
function decodedId(header: string): string {
  return new TextDecoder().decode(Uint8Array.from(header, (character) => character.charCodeAt(0)));
}
