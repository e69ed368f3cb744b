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
  /** Default 200. */
  status?: number | undefined;
  /** Added to `Content-Type: text/event-stream`. */
  headers?: HeadersInit | undefined;
}

/**
 * The rest of a response that is no event stream.
 *
 * @example
 * const init: RefuseInit = { headers: { "www-authenticate": "Bearer" }, body: "sign in first" };
 * connection.refuse(401, init);
 */
export interface RefuseInit {
  /** Such as `Retry-After`. */
  headers?: HeadersInit | undefined;
  /** Default: none. */
  body?: BodyInit | null | undefined;
}

/** Settles the promise of the `fetch`. */
interface Settle {
  respond(response: Response): void;
  reject(reason: unknown): void;
}

/**
 * One request to a `TestEventServer`, and what the test answers.
 *
 * The methods that answer give the connection back, so that they can be chained. Once the client has gone they do nothing,
 * as when a server writes to a connection that is closed; after an end that the test made itself they throw.
 *
 * @example
 * const connection = await server.accept();
 * console.log(connection.method, connection.headers.get("authorization"), connection.lastEventId);
 * connection.open().send({ event: "update", id: "8", data: '{"percent":50}' }).end();
 */
export class TestConnection {
  /** What the client sent. `await request.text()` is its body. */
  readonly request: Request;
  /** What it aborts the request with. */
  readonly signal: AbortSignal;
  /** The `Last-Event-ID`; empty if there is none. */
  readonly lastEventId: string;
  /** Resolves when it is over, with who ended it: the client by an abort, or the test. */
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

  /** Its method. */
  get method(): string {
    return this.request.method;
  }

  /** Its headers. */
  get headers(): Headers {
    return this.request.headers;
  }

  /** Whether it is over. */
  get isClosed(): boolean {
    return this.#state.startsWith("closed");
  }

  /** Answers with an event stream. Sending anything does so by itself. */
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

  /**
   * Sends a comment, which clients take as a sign of life.
   */
  comment(text = ""): this {
    return this.write(commentText(text));
  }

  /**
   * Sends text or bytes as they are: part of an event, or what no good server sends.
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

  /** Ends the response, as a server does that has no more to say or is shut down. */
  end(): this {
    if (this.#isOver("end")) return this;
    if (this.#state === "new") this.open();
    this.#close("server");
    this.#body?.end();
    return this;
  }

  /**
   * Breaks the connection: before the response, or after what was sent of it.
   */
  fail(error: unknown = new TypeError("the test broke the connection")): this {
    if (this.#isOver("fail")) return this;
    this.#close("server");
    this.#settle.reject(error);
    this.#body?.fail(error);
    return this;
  }

  /**
   * Answers with something else than an event stream, such as 401 or 503.
   */
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

  /** Whether the client has gone. */
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

  /** As `fetch` does: its promise and the body are rejected with the signal's reason. */
  readonly #abort = (): void => {
    this.#close("client");
    this.#settle.reject(this.signal.reason);
    this.#body?.abort(this.signal.reason);
  };
}

/** The header holds UTF-8, a character for each byte. */
function decodedId(header: string): string {
  return new TextDecoder().decode(Uint8Array.from(header, (character) => character.charCodeAt(0)));
}
