/**
 * An event of the stream.
 *
 * @example
 * const onmessage = ({ id, event, data }: EventSourceMessage) => console.log(id, event, data);
 * await fetchEventSource("/chat", { onmessage });
 */
export interface EventSourceMessage {
  /** The event's own `id` field; empty when it has none. */
  id: string;
  /** The event's name; empty when it has none. */
  event: string;
  /** The `data` lines, joined by line feeds. */
  data: string;
  /** The milliseconds of a `retry` field between the end of the event before and the end of this event. */
  retry?: number;
}

/**
 * The options of `fetch`, and callbacks. Each callback that may throw documents the effect.
 *
 * @example
 * const init: FetchEventSourceInit = {
 *   onopen: async ({ url }) => console.log(url),
 *   onmessage: ({ data }) => console.log(data),
 *   onclose: () => console.log("the end"),
 *   openWhenHidden: true,
 * };
 * await fetchEventSource("/chat", init);
 */
export interface FetchEventSourceInit extends RequestInit {
  /** The headers of every request, sent unchanged, with `accept` and `last-event-id` added. */
  headers?: Record<string, string>;
  /**
   * Called with each response, whatever its status and type, 204 included, before the body is read. If it returns, the body is
   * read as an event stream; if it throws, `onerror` gets the error. Without `onopen`, a response must have status 200 and
   * `text/event-stream`.
   */
  onopen?: (response: Response) => Promise<void>;
  /** Called with each event. If it throws, the connection ends, and `onerror` gets the error. */
  onmessage?: (ev: EventSourceMessage) => void;
  /** Called when the server ends the stream, or answers 204. Throw to make the end count as a loss. */
  onclose?: () => void;
  /**
   * Called with an error that another callback or `fetch` of these options threw, or with an `EventSourceError`. Throw to give
   * up; return milliseconds, 0 or more, to connect again. Without a result, the delay is the server's `retry`, or 1000; a POST,
   * or another request that is not idempotent, gives up.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the type of the interface that this stands in for.
  // biome-ignore lint/suspicious/noConfusingVoidType: the same.
  onerror?: (err: any) => number | null | undefined | void;
  /**
   * Whether the connection stays open while the document is hidden. Default false: it is closed, and opened again when the
   * document is visible. The connection of a POST, or of another request that is not idempotent, is closed only by an explicit
   * `false`.
   */
  openWhenHidden?: boolean;
  /** A replacement for the global `fetch`. */
  fetch?: typeof fetch;
}
