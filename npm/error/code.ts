/**
 * Why a connection was lost, refused or ended. A closed set: switch over it.
 *
 * @example
 * const advice: Partial<Record<ErrorCode, string>> = { network: "Are you online?", status: "Sign in again." };
 * const { code } = await source.closed;
 * if (code in advice) show(advice[code as ErrorCode]);
 */
export type ErrorCode =
  /** `fetch` rejected or the body broke off: no network, DNS, TLS, a CORS refusal, a reset. `cause` has the original error. */
  | "network"
  /** The server ended the stream cleanly. The standard reconnects after this. */
  | "ended"
  /** 204 No Content: the server asks the client to stop. */
  | "no-content"
  /** A status other than 200. `status`, `headers` and `bodyPrefix` have the details. */
  | "status"
  /** 200, but not `text/event-stream`. */
  | "content-type"
  /** No response within `connectTimeout`. */
  | "connect-timeout"
  /** No byte, not even a comment, within `idleTimeout`. */
  | "idle-timeout"
  /** One event was larger than `maxEventSize`. */
  | "event-too-large"
  /** The stream ended before the event that `until` describes. */
  | "truncated"
  /** The URL, `headers` or `body` was a function and threw, or `fetch` refused the request. `cause` has the error. */
  | "request"
  /** The event of `failOn` arrived. The error has it as `event`. */
  | "event"
  /** No event within `eventTimeout`. */
  | "event-timeout"
  /** The response has no body that can be read as a stream. */
  | "not-streamed"
  /** The page's Content-Security-Policy forbids the connection. */
  | "policy"
  /** WebAssembly cannot run here, and its JavaScript build cannot be loaded. `cause` has the reason. */
  | "engine"
  /** The browser's own `EventSource` gave up, and reports no reason. */
  | "unknown";

/**
 * The head of the response that opened a stream.
 *
 * @example
 * const requestId = ({ headers }: ResponseHead) => headers.get("x-request-id");
 * source.addEventListener("open", ({ response }) => console.log(requestId(response)));
 */
export interface ResponseHead {
  /** The status: 200, because no other status opens a stream. */
  readonly status: number;
  /** The headers. A response of another origin has only the headers that it exposes. */
  readonly headers: Headers;
  /** The final URL, after redirects. */
  readonly url: string;
  /** Whether there was a redirect. */
  readonly redirected: boolean;
}
