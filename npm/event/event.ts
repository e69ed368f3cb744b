/**
 * One event, as `on()` and the iterators deliver it: a plain object, cheaper than a `MessageEvent`.
 *
 * @example
 * const remember = ({ type, lastEventId }: ServerSentEvent<string, unknown>) => console.log(type, lastEventId);
 * source.onAny(remember);
 */
export interface ServerSentEvent<K extends string = string, T = string> {
  /** The event's name; `message` when the server gave none. */
  readonly type: K;
  /** The payload: the `data` lines joined by line feeds, decoded if `decode` is set. */
  readonly data: T;
  /** The last event ID at this event. It is sticky: it may come from an earlier event. */
  readonly lastEventId: string;
}
