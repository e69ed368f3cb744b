import type { ErrorCode, EventSourceError } from "eventsource-wasm";

const PLAIN: Record<ErrorCode, string> = {
  network: "The connection was lost.",
  ended: "The server ended the stream.",
  "no-content": "The server asked us to stop.",
  status: "The server refused the request.",
  "content-type": "The answer was not an event stream.",
  "connect-timeout": "The server did not answer in time.",
  "idle-timeout": "The stream fell silent.",
  "event-too-large": "One event was too large.",
  truncated: "The stream ended before its end mark.",
  request: "The request could not be made.",
  event: "The server reported an error.",
  "event-timeout": "The stream had nothing to say.",
  "not-streamed": "This browser gives no stream.",
  policy: "This page may not connect there.",
  engine: "WebAssembly cannot run here.",
  unknown: "The connection failed.",
};

/** Whoever serves the page has its server at hand, so this is the first thing to look at. */
export const UNREACHABLE = "The server cannot be reached. Is it running?";

/**
 * An error in plain words: the server's own message when it sent one. A connection that was never there (`connected` is
 * false) cannot have been lost.
 */
export function explain(error: EventSourceError, { connected }: { connected: boolean }): string {
  if (error.code === "network" && !connected) return UNREACHABLE;
  const said = messageOf(error.bodyPrefix);
  if (error.status !== undefined && error.code === "status") {
    return `The server answered ${error.status}. ${said ?? PLAIN.status}`;
  }
  return PLAIN[error.code];
}

/** The `message` in the server's JSON error. */
export function messageOf(body: string | undefined): string | undefined {
  try {
    const { message } = JSON.parse(body ?? "");
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}

/** A random id for the server to know this page by; unlike `crypto.randomUUID`, also over plain HTTP. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
