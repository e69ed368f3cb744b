import type { EventMap, FetchEventSourceInit } from "../types/types.js";

/**
 * The role of a `SharedEventSource`.
 *
 * - `"joining"`: it has not found the others yet, or it has left them because it is closed.
 * - `"leading"`: its tab has the connection.
 * - `"following"`: another tab has the connection.
 * - `"alone"`: it has its own connection, until it has caught up with the others, or permanently where nothing can be shared.
 *   There it stays `"alone"` when it is closed.
 *
 * @example
 * const source = new SharedEventSource("/events");
 * const hasConnection = (role: SharedRole) => ["leading", "alone"].includes(role);
 * source.onmessage = ({ data }) => console.log(data, hasConnection(source.shared));
 */
export type SharedRole = "joining" | "leading" | "following" | "alone";

/**
 * The options of `SharedEventSource`, in addition to those of `FetchEventSource`.
 *
 * @example
 * const options: SharedOptions = { key: "feed of user 7", replay: 10, closeDelay: 2000 };
 * const source = new SharedEventSource("/events", { ...options, headers: async () => ({ authorization: await token(false) }) });
 * source.onmessage = ({ data }) => console.log(data);
 */
export interface SharedOptions {
  /**
   * The key of the shared connection: sources with the same key share a connection, in all tabs of the origin. Default: method,
   * URL, `withCredentials`, headers and body. The key is required if a function makes one of these, or if the body is not text:
   * put the account into the key, so that two accounts never share.
   */
  key?: string | undefined;
  /** The number of past events that a source gets when it joins late, at most 1000. Default 0. */
  replay?: number | undefined;
  /**
   * Milliseconds for which a page keeps the connection after its last source has closed, for a source that may follow. Default
   * 0.
   */
  closeDelay?: number | undefined;
}

/**
 * Options of `SharedEventSource`.
 *
 * @example
 * const init = { retry: { jitter: true }, replay: 10 } satisfies SharedEventSourceInit;
 * const source = new SharedEventSource("/events", init);
 * source.onmessage = ({ data }) => console.log(data);
 */
export type SharedEventSourceInit<M extends EventMap = Record<string, string>> = FetchEventSourceInit<M> &
  SharedOptions;
