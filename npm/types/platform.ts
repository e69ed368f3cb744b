/** Types of the DOM's library by their names there, made of what the declarations of Node.js have, too. */

/** A `MessageEvent` whose `data` has a type. */
export interface MessageEventOf<T> extends MessageEvent {
  readonly data: T;
}

type ListenerArguments = Parameters<EventTarget["addEventListener"]>;

/** What listeners are given as, beside functions that take an event of their own. */
export type EventListenerOrEventListenerObject = NonNullable<ListenerArguments[1]>;

/** The options of `addEventListener`. */
export type AddEventListenerOptions = Exclude<NonNullable<ListenerArguments[2]>, boolean>;

/** What `fetch` takes as a body. */
export type BodyInit = NonNullable<RequestInit["body"]>;

/** What `fetch` takes as headers. */
export type HeadersInit = NonNullable<RequestInit["headers"]>;

/** What `fetch` takes as its first argument. */
export type RequestInfo = string | Request;
