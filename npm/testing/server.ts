import type { RequestInfo } from "../types/platform.js";
import { TestConnection } from "./connection.js";

/**
 * An event server in memory, as a `fetch`: a test accepts its requests one by one and answers them.
 *
 * Requests, responses and bodies are real objects, and an abort works as with `fetch`.
 *
 * @example
 * const server = new TestEventServer();
 * const source = new FetchEventSource("https://api.test/events", { fetch: server.fetch });
 * source.onmessage = ({ data }) => console.log(data);
 *
 * const connection = await server.accept();
 * connection.send({ id: "7", data: "hello" });
 *
 * @example
 * // With a script: what becomes of each request in turn. Requests after that wait for accept().
 * const server = new TestEventServer([
 *   (connection) => connection.refuse(503, { headers: { "retry-after": "1" } }),
 *   (connection) => connection.send({ data: "[DONE]" }).end(),
 * ]);
 * const source = new FetchEventSource("https://api.test/events", { fetch: server.fetch, retry: {}, until: "[DONE]" });
 * console.log((await source.closed).code); // complete
 */
export class TestEventServer {
  readonly #script: Iterator<(connection: TestConnection) => unknown>;
  readonly #connections: TestConnection[] = [];
  /** Connections that wait for `accept()`. */
  readonly #waiting: TestConnection[] = [];
  /** Calls of `accept()` that wait for a connection. */
  readonly #accepting: ((connection: TestConnection) => void)[] = [];

  /** @param script - A function for each of the first requests. What one throws is reported as uncaught. */
  constructor(script: Iterable<(connection: TestConnection) => unknown> = []) {
    this.#script = script[Symbol.iterator]();
  }

  /** All connections so far, accepted or not, the first one first. */
  get connections(): readonly TestConnection[] {
    return this.#connections;
  }

  /** Resolves with the next request, past or future, that was neither accepted before nor answered by the script. */
  accept(): Promise<TestConnection> {
    const connection = this.#waiting.shift();
    if (connection) return Promise.resolve(connection);
    return new Promise((resolve) => this.#accepting.push(resolve));
  }

  /** The `fetch` of this server, for the option `fetch` or to replace the global one. It needs no `this`. */
  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    // Not the signal of the request alone: Node loses it when the request is garbage-collected.
    const signal = init?.signal ?? request.signal;
    signal.throwIfAborted();
    return new Promise((respond, reject) => this.#take(new TestConnection(request, signal, { respond, reject })));
  };

  #take(connection: TestConnection): void {
    this.#connections.push(connection);
    const { value: answer, done } = this.#script.next();
    if (!done) {
      try {
        answer(connection);
      } catch (error) {
        // If `fetch` rejected with the error, the source would take it for a network error.
        queueMicrotask(() => {
          throw error;
        });
      }
      return;
    }
    const accept = this.#accepting.shift();
    if (accept) accept(connection);
    else this.#waiting.push(connection);
  }
}
