import type { ErrorCode, EventSourceError } from "eventsource-wasm";

const PLAIN: Record<ErrorCode, string> = {
  network: "The connection was lost.",
  ended: "The server ended the stream.",
  "no-content": "The server asked the client to stop.",
  status: "The server refused the request.",
  "content-type": "The response was not an event stream.",
  "connect-timeout": "The server did not answer in time.",
  "idle-timeout": "The stream sent nothing for too long.",
  "event-too-large": "One event was too large.",
  truncated: "The stream ended before its end mark.",
  request: "The request could not be sent.",
  event: "The server reported an error.",
  "event-timeout": "The stream sent no event for too long.",
  "not-streamed": "This browser does not stream responses.",
  policy: "A policy blocks this connection.",
  engine: "WebAssembly cannot run here.",
  unknown: "The connection failed.",
};

/** Mostly the reader runs the server too, so the message asks about it first. */
export const UNREACHABLE = "The server cannot be reached. Is it running?";

/**
 * Explains an error in plain words, with the server's own message if there is one. Without a connection before
 * (`connected` is false), a network error is an unreachable server and not a lost connection.
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

/** A random id by which the server identifies this page. Unlike `crypto.randomUUID`, it also works over plain HTTP. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
