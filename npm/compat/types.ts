/**
 * A message, as an event of the stream.
 *
 * @example
 * const onmessage = ({ id, event, data }: EventSourceMessage) => console.log(id, event, data);
 * await fetchEventSource("/chat", { onmessage });
 */
export interface EventSourceMessage {
  /** The ID that the event itself has; empty when it has none. */
  id: string;
  /** The event's name; empty when it has none. */
  event: string;
  /** The `data` lines, joined by line feeds. */
  data: string;
  /** Milliseconds, of a `retry` field between the event before and the end of this one. */
  retry?: number;
}

/**
 * What `fetch` takes, and callbacks. Those that may throw say what follows.
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
  /** Sent as they are with every request, with `accept` and `last-event-id` added. */
  headers?: Record<string, string>;
  /**
   * Called with each response, of any status and type but 204 included, before its body is read. What it takes is read as an
   * event stream; what it throws goes to `onerror`. Without it a response must be one: status 200 and `text/event-stream`.
   */
  onopen?: (response: Response) => Promise<void>;
  /** Called with each message. What it throws ends the connection and goes to `onerror`. */
  onmessage?: (ev: EventSourceMessage) => void;
  /** Called when the server ends the stream, or answers 204. To have the former count as a loss, throw. */
  onclose?: () => void;
  /**
   * Called with what the other callbacks and `fetch` of these options threw, or with an `EventSourceError`. To give up, throw;
   * to connect again, return milliseconds, 0 or more. Nothing means the server's `retry`, or 1000; of a POST, and whatever
   * else is not idempotent, it means to give up.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the type of the interface that this stands in for.
  // biome-ignore lint/suspicious/noConfusingVoidType: the same.
  onerror?: (err: any) => number | null | undefined | void;
  /**
   * Whether the connection is kept while the document is hidden. Default false: it is given up, and made again when the
   * document is visible. That of a POST, and whatever else is not idempotent, is given up only by an explicit `false`.
   */
  openWhenHidden?: boolean;
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch;
}
