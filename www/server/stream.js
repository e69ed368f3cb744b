// @ts-check
import { finished } from "node:stream";
import { createEventBuffer, createSession } from "better-sse";

/** The event stream of one client. */
export class EventStream {
  #session;
  #response;
  #gone = new AbortController();

  /**
   * @param {import("better-sse").Session} session
   * @param {import("node:http").ServerResponse} response
   */
  constructor(session, response) {
    this.#session = session;
    this.#response = response;
    // The session's own "disconnected" fires too early for a POST: its request closes as soon as its body is read.
    finished(response, () => this.#gone.abort());
  }

  /** A signal that aborts when either side ends the response. */
  get gone() {
    return this.#gone.signal;
  }

  /**
   * Calls `callback` when the response ends, or at once if it has ended.
   *
   * @param {() => void} callback
   */
  whenGone(callback) {
    if (this.gone.aborted) callback();
    else this.gone.addEventListener("abort", callback, { once: true });
  }

  /**
   * Sends one event or comment. Unlike `session.push`, it adds no `id`, so the client keeps its last event ID.
   *
   * @param {{ event?: string, id?: string, retry?: number, comment?: string, data?: unknown }} fields
   */
  send({ event, id, retry, comment, data }) {
    if (this.gone.aborted) return;
    const buffer = createEventBuffer({ serializer: String });
    if (comment !== undefined) buffer.comment(comment);
    if (retry !== undefined) buffer.retry(retry);
    if (event !== undefined) buffer.event(event);
    if (id !== undefined) buffer.id(id);
    if (data !== undefined) {
      const text = typeof data === "string" ? data : JSON.stringify(data);
      // The client strips one leading space from a value, and better-sse writes none of its own.
      for (const line of text.split(/\r\n|\r|\n/)) buffer.data(line.startsWith(" ") ? ` ${line}` : line);
    }
    this.#session.batch(buffer.dispatch());
  }

  /** Ends the response cleanly. */
  end() {
    this.#response.end();
  }

  /**
   * Writes some bytes and then destroys the socket, as a crash does.
   *
   * @param {string} bytes
   */
  breakOff(bytes) {
    this.#response.write(bytes, () => this.#response.destroy());
  }
}

/**
 * Answers a request with an event stream.
 *
 * @param {import("./clients.js").Clients} clients
 * @param {import("fastify").FastifyRequest} request
 * @param {import("fastify").FastifyReply} reply
 * @param {Record<string, string>} [headers]
 */
export async function openStream(clients, request, reply, headers = {}) {
  clients.admit(reply);
  reply.hijack();
  const session = await createSession(request.raw, reply.raw, { retry: null, keepAlive: null, headers });
  return new EventStream(session, reply.raw);
}
