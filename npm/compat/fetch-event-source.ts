/**
 * The interface of `@microsoft/fetch-event-source` 2, on the engine of the main entry: to replace that package, change the
 * import. `docs/guides/migrating-from-microsoft-fetch-event-source.md` describes the differences.
 *
 * @packageDocumentation
 */
import type { Evidence } from "../error/errors.js";
import {
  EventSourceError,
  _eventStreamResponse as eventStreamResponse,
  _mayResend as mayResend,
  _prepareEngine as prepareEngine,
  _report as report,
  _Session as Session,
} from "../index.js";
import type { RequestInfo } from "../types/platform.js";
import type { RetryContext } from "../types/types.js";
import { RepeatedRequest } from "./request.js";
import { Thrown } from "./thrown.js";
import type { EventSourceMessage, FetchEventSourceInit } from "./types.js";

export type { EventSourceMessage, FetchEventSourceInit };

/**
 * The content type of event streams.
 *
 * @example
 * const isStream = ({ headers }: Response) => headers.get("content-type")?.startsWith(EventStreamContentType);
 * await fetchEventSource("/chat", { onopen: async (response) => console.log(isStream(response)) });
 */
export const EventStreamContentType = "text/event-stream";

/** Milliseconds between two connections, until the server sends `retry`. */
const RECONNECTION_TIME = 1000;

/**
 * Sends a request and calls back with the events of its response, over as many connections as it takes.
 *
 * The promise resolves when the server ends the stream or answers 204, and when the signal aborts. It rejects with the error
 * that `onerror` throws. If `onerror` returns nothing, it rejects for a POST, or another request that is not idempotent, with
 * the error itself. It rejects at once when the request cannot be made.
 *
 * @example
 * await fetchEventSource("/chat", {
 *   method: "POST",
 *   headers: { "content-type": "application/json" },
 *   body: JSON.stringify({ prompt: "hello" }),
 *   signal: controller.signal,
 *   onmessage: ({ event, data }) => console.log(event, data),
 * });
 */
export async function fetchEventSource(input: RequestInfo, init: FetchEventSourceInit): Promise<void> {
  const loading = prepareEngine();
  if (loading) await loading;
  await new Subscription(new RepeatedRequest(input, init), init).end();
}

class Subscription {
  readonly #request: RepeatedRequest;
  readonly #callbacks: FetchEventSourceInit;
  readonly #resends: boolean;
  readonly #session: InstanceType<typeof Session>;
  /** Whether `#retry` was called for the last failure. */
  #isAsked = false;
  /** The error that the promise rejects with, unless `#answer` rejects with another. */
  #rejection: Thrown | undefined;
  /** The result of `onerror` for the failure of a request that is not sent again: a promise, if `onerror` is asynchronous. */
  #answer: unknown;

  constructor(request: RepeatedRequest, callbacks: FetchEventSourceInit) {
    const { onmessage, openWhenHidden } = callbacks;
    const { url, method, lastEventId, signal, requestSignal } = request;
    this.#request = request;
    this.#callbacks = callbacks;
    this.#resends = mayResend(method);
    const options = {
      method,
      lastEventId,
      signal,
      requestSignal,
      fetch: (url: string, made: RequestInit) => this.#fetch(url, made),
      retry: (context: RetryContext, evidence: Evidence) => this.#retry(context, evidence),
      reconnectionTime: RECONNECTION_TIME,
      whenHidden: openWhenHidden ? ("keep" as const) : ("pause" as const),
      followsPage: this.#resends || openWhenHidden === false,
    };
    let retry: number | undefined;
    this.#session = new Session(url, options, false, {
      open() {},
      retry(time) {
        retry = time;
      },
      event: (_type, data, lastEventId, event, setsId) => {
        const message = { id: setsId ? lastEventId : "", event, data, retry };
        retry = undefined;
        try {
          onmessage?.(message as EventSourceMessage);
        } catch (error) {
          this.#session.fail(new Thrown(error));
        }
      },
      error() {},
      end() {},
    });
    this.#session.run();
  }

  async end(): Promise<void> {
    const end = await this.#session.closed;
    if (end.code === "aborted") return;
    if (end.code === "no-content") this.#rejection ??= thrownBy(this.#callbacks.onclose);
    // The engine does not call `retry` for a failure that no other request can mend.
    else if ("error" in end && !this.#isAsked) this.#rejection = new Thrown(end.error);
    if (!this.#rejection) return;
    await (this.#isAsked ? this.#answer : this.#callbacks.onerror?.(this.#rejection.error));
    throw this.#rejection.error;
  }

  async #fetch(url: string, made: RequestInit): Promise<Response> {
    const { onopen } = this.#callbacks;
    this.#isAsked = false;
    const response = await this.#request.send(url, made);
    if (!onopen) return response;
    try {
      await onopen(response);
      // A response that `onopen` accepts is an event stream, whatever its status and type.
      return response.status === 204 ? response : eventStreamResponse(response.body);
    } catch (error) {
      const thrown = new Thrown(error);
      if (response.status !== 204) throw thrown;
      // The engine must see the 204: it makes no new request then.
      this.#rejection = thrown;
      return response;
    }
  }

  #retry({ code, attempt, reconnectionTime, retryAfter = 0 }: RetryContext, evidence: Evidence): number | "stop" {
    const { onclose, onerror } = this.#callbacks;
    this.#isAsked = true;
    let thrown = evidence.cause instanceof Thrown ? evidence.cause : undefined;
    if (code === "ended") {
      thrown = thrownBy(onclose);
      if (!thrown) return "stop";
    }
    const delay = this.#resends ? Math.max(reconnectionTime, retryAfter) : undefined;
    const error = thrown ? thrown.error : new EventSourceError({ code, attempt, delay, ...evidence });
    try {
      const answer: unknown = onerror?.(error);
      // `onerror` should not be asynchronous, but some are: if the promise rejects, that means to give up too.
      if (answer instanceof Promise) answer.catch((reason) => this.#reject(reason));
      else if (answer != null) return milliseconds(answer);
      if (delay === undefined) {
        this.#answer = answer;
        throw error;
      }
      if (thrown && !onerror) report(error);
      return delay;
    } catch (reason) {
      this.#rejection = new Thrown(reason);
      return "stop";
    }
  }

  #reject(reason: unknown): void {
    this.#rejection = new Thrown(reason);
    this.#session.finish({ code: "closed" });
  }
}

function thrownBy(callback: (() => void) | undefined): Thrown | undefined {
  try {
    callback?.();
    return undefined;
  } catch (error) {
    return new Thrown(error);
  }
}

function milliseconds(answer: unknown): number {
  if (typeof answer === "number" && answer >= 0) return answer;
  throw new TypeError("onerror must return milliseconds, 0 or more, or nothing: to give up, throw an error");
}
