/** Types under their names in the DOM library, derived from declarations that Node.js has too. */

/** A `MessageEvent` whose `data` has a type. */
export interface MessageEventOf<T> extends MessageEvent {
  readonly data: T;
}

type ListenerArguments = Parameters<EventTarget["addEventListener"]>;

/** A listener of any event for `addEventListener`: a function, or an object with `handleEvent`. */
export type EventListenerOrEventListenerObject = NonNullable<ListenerArguments[1]>;

/** The options of `addEventListener`. */
export type AddEventListenerOptions = Exclude<NonNullable<ListenerArguments[2]>, boolean>;

/** The body that `fetch` takes. */
export type BodyInit = NonNullable<RequestInit["body"]>;

/** The headers that `fetch` takes. */
export type HeadersInit = NonNullable<RequestInit["headers"]>;

/** The first argument of `fetch`, without `URL`. */
export type RequestInfo = string | Request;
