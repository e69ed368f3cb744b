/**
 * # MCP: the Streamable HTTP transport
 *
 * A client for servers of the Model Context Protocol, revision 2025-06-18. Each request is a POST, which the server answers
 * with JSON or with an event stream; a stream that breaks off before the answer is resumed from its last event by a GET, so
 * that a long tool call survives a lost network. `listen()` opens the stream for what the server says unasked, and it too is
 * resumed after each loss. `close()` ends everything, the server's session included.
 *
 * To change: `clientInfo` and `capabilities`; `onRequest`, if the server may ask your side (sampling, roots, elicitation);
 * `headers`, for a token.
 *
 * The transport: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
 */
import { EventSourceError, events, FetchEventSource, type ServerSentEvent } from "eventsource-wasm";

const VERSION = "2025-06-18";

export interface McpOptions {
  clientInfo: { name: string; version: string };
  capabilities?: object | undefined;
  /** What goes with each request, such as a token. */
  headers?: (() => Record<string, string> | Promise<Record<string, string>>) | undefined;
  /** What the server tells: progress, logging, lists that have changed. */
  onNotification?: ((method: string, params: unknown) => void) | undefined;
  /** Answers what the server asks. */
  onRequest?: ((method: string, params: unknown) => unknown) | undefined;
}

/** What JSON-RPC has as `error`. */
export class McpError extends Error {
  override readonly name = "McpError";
  readonly code: number;
  readonly data: unknown;

  constructor({ code, message, data }: { code: number; message: string; data?: unknown }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The server has forgotten the session: connect anew. */
export class McpSessionEnded extends Error {
  override readonly name = "McpSessionEnded";
}

type Id = string | number;

interface Message {
  id?: Id;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

type Messages = { message: Message };

/** An event may be there for its ID alone; its data is empty. */
const decoding = { decode: "json", emptyData: "skip" } as const;

export class McpClient {
  readonly #url: string;
  readonly #options: McpOptions;
  readonly #life = new AbortController();
  #session: string | undefined;
  #version: string | undefined;
  #lastId = 0;
  #listening: FetchEventSource<Messages> | undefined;
  /** What the server said of itself and of what it can do. */
  server: { serverInfo?: { name: string; version: string }; capabilities?: object } = {};

  private constructor(url: string, options: McpOptions) {
    this.#url = url;
    this.#options = options;
  }

  static async connect(url: string, options: McpOptions): Promise<McpClient> {
    const client = new McpClient(url, options);
    const { clientInfo, capabilities = {} } = options;
    const params = { protocolVersion: VERSION, capabilities, clientInfo };
    const answer = (await client.request("initialize", params)) as typeof client.server & { protocolVersion: string };
    client.server = answer;
    client.#version = answer.protocolVersion;
    await client.notify("notifications/initialized");
    return client;
  }

  /** Asks the server, and resolves with the result. An abort tells it that the answer is not wanted any more. */
  async request(method: string, params?: unknown, signal?: AbortSignal): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const ends = signal ? AbortSignal.any([signal, this.#life.signal]) : this.#life.signal;
    try {
      const response = await this.#post({ id, method, params }, ends);
      if (method === "initialize") this.#session = response.headers.get("mcp-session-id") ?? undefined;
      return result(await this.#answerTo(id, response, ends));
    } catch (error) {
      if (signal?.aborted && !this.#life.signal.aborted) {
        this.notify("notifications/cancelled", { requestId: id }).catch(() => {});
      }
      throw error;
    }
  }

  /** Tells the server. */
  async notify(method: string, params?: unknown): Promise<void> {
    const response = await this.#post({ method, params }, this.#life.signal);
    await response.body?.cancel();
  }

  /** Hears what the server says unasked. A server that has no stream for that answers 405, which is no failure. */
  listen(): void {
    this.#listening ??= this.#resumed(undefined, this.#life.signal);
    const { closed } = this.#listening;
    this.#read(this.#listening).catch(() => {});
    closed.then(() => {
      this.#listening = undefined;
    });
  }

  /** Ends the session, and every request that is under way. */
  async close(): Promise<void> {
    this.#life.abort(new McpSessionEnded("the client has closed the session"));
    const headers = await this.#headers();
    // A server may refuse to let clients end sessions; one that cannot be reached will end it by itself.
    if (this.#session) await fetch(this.#url, { method: "DELETE", headers }).catch(() => {});
    this.#session = undefined;
  }

  async #answerTo(id: Id, response: Response, signal: AbortSignal): Promise<Message> {
    if (response.headers.get("content-type")?.startsWith("application/json")) return response.json();

    const stream = events<Messages>(response, { ...decoding, signal });
    try {
      const answer = await this.#read(stream, id);
      if (answer) return answer;
    } catch (error) {
      const isCutOff = error instanceof EventSourceError && ["network", "truncated"].includes(error.code);
      if (!isCutOff || !stream.lastEventId) throw error;
    }
    // Servers that can go on give each event an ID.
    if (stream.lastEventId) {
      const answer = await this.#read(this.#resumed(stream.lastEventId, signal), id);
      if (answer) return answer;
    }
    throw new Error("the server ended the stream without an answer, and it cannot be resumed: ask again");
  }

  /** A stream by GET: that of an earlier POST, from an event of it on, or the one for what the server says unasked. */
  #resumed(lastEventId: string | undefined, signal: AbortSignal): FetchEventSource<Messages> {
    const headers = () => this.#headers();
    return new FetchEventSource(this.#url, { headers, lastEventId, signal, ...decoding, retry: { maxAttempts: 5 } });
  }

  /** Handles the messages of a stream until the answer to `id`; leaving the loop closes the stream. */
  async #read(stream: AsyncIterable<ServerSentEvent<"message", Message>>, id?: Id): Promise<Message | undefined> {
    for await (const { data: message } of stream) {
      if (message.method === undefined) {
        if (message.id === id) return message;
      } else if (message.id === undefined) this.#options.onNotification?.(message.method, message.params);
      // Not awaited: a person may be asked, and meanwhile other messages come. The server has its own timeout.
      else this.#reply(message.id, message.method, message.params).catch(() => {});
    }
    return undefined;
  }

  async #reply(id: Id, method: string, params: unknown): Promise<void> {
    const response = await this.#post({ id, ...(await this.#replyTo(method, params)) }, this.#life.signal);
    await response.body?.cancel();
  }

  async #replyTo(method: string, params: unknown): Promise<Message> {
    if (method === "ping") return { result: {} };
    const { onRequest } = this.#options;
    if (!onRequest) return { error: { code: -32601, message: `this client knows no ${method}` } };
    try {
      return { result: await onRequest(method, params) };
    } catch (error) {
      return { error: { code: -32603, message: String(error) } };
    }
  }

  async #post(message: Message, signal: AbortSignal): Promise<Response> {
    const headers = {
      ...(await this.#headers()),
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    const response = await fetch(this.#url, { method: "POST", headers, body, signal });
    if (response.ok) return response;
    const text = await response.text();
    if (response.status === 404 && this.#session) throw new McpSessionEnded(text || "the server has ended the session");
    throw new Error(`the server answered ${response.status}: ${text}`);
  }

  async #headers(): Promise<Record<string, string>> {
    return {
      ...(await this.#options.headers?.()),
      ...(this.#session && { "mcp-session-id": this.#session }),
      ...(this.#version && { "mcp-protocol-version": this.#version }),
    };
  }
}

function result(message: Message): unknown {
  if (message.error) throw new McpError(message.error);
  return message.result;
}
