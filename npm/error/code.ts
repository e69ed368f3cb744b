/**
 * Why a connection was lost, refused or ended. A closed set: switch over it.
 *
 * @example
 * const advice: Partial<Record<ErrorCode, string>> = { network: "Are you online?", status: "Sign in again." };
 * const { code } = await source.closed;
 * if (code in advice) show(advice[code as ErrorCode]);
 */
export type ErrorCode =
  /** `fetch` rejected or the body broke off: no network, DNS, TLS, a CORS refusal, a reset. `cause` has the original. */
  | "network"
  /** The server ended the stream cleanly. The standard reconnects after this. */
  | "ended"
  /** 204 No Content: the server asks the client to stop. */
  | "no-content"
  /** A status other than 200. `status`, `headers` and `bodyPrefix` tell more. */
  | "status"
  /** 200, but not `text/event-stream`. */
  | "content-type"
  /** No response within `connectTimeout`. */
  | "connect-timeout"
  /** No byte, not even a comment, within `idleTimeout`. */
  | "idle-timeout"
  /** One event was larger than `maxEventSize`. */
  | "event-too-large"
  /** The stream ended before what `until` waits for. */
  | "truncated"
  /** The URL, `headers` or `body` was a function and threw, or `fetch` refused the request. `cause` has what was thrown. */
  | "request"
  /** An event came that `failOn` names. `event` has it. */
  | "event"
  /** No event within `eventTimeout`. */
  | "event-timeout"
  /** The response has no body that can be read as a stream. */
  | "not-streamed"
  /** The page's Content-Security-Policy forbids the connection. */
  | "policy"
  /** WebAssembly cannot run here, and its JavaScript build cannot be loaded. `cause` says why. */
  | "engine"
  /** The browser's own `EventSource` gave up, and does not say why. */
  | "unknown";

/**
 * The head of the response that opened a stream.
 *
 * @example
 * const requestId = ({ headers }: ResponseHead) => headers.get("x-request-id");
 * source.addEventListener("open", ({ response }) => console.log(requestId(response)));
 */
export interface ResponseHead {
  /** The status: 200, as no other opens a stream. */
  readonly status: number;
  /** Of another origin, only those that it exposes. */
  readonly headers: Headers;
  /** The final URL, after redirects. */
  readonly url: string;
  /** Whether there was one. */
  readonly redirected: boolean;
}
