/** Types of the platform by names that browsers' declarations and those of Node.js have both. */

/** A `MessageEvent` whose `data` has a type. */
export interface MessageEventOf<T> extends MessageEvent {
  readonly data: T;
}

type ListenerArguments = Parameters<EventTarget["addEventListener"]>;

/** What listeners are given as, beside functions that take an event of their own. */
export type EventListenerLike = NonNullable<ListenerArguments[1]>;

/** The options of `addEventListener`. */
export type ListenerOptions = NonNullable<ListenerArguments[2]>;

/** What `fetch` takes as a body. */
export type RequestBody = NonNullable<RequestInit["body"]>;

/** What `fetch` takes as headers. */
export type HeadersLike = NonNullable<RequestInit["headers"]>;

/** What `fetch` takes as its first argument. */
export type RequestLike = string | Request;
