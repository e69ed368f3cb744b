/**
 * One connection for all tabs.
 *
 * @packageDocumentation
 */
import {
  _checkRequestOptions as checkRequestOptions,
  _resolveUrl as resolveUrl,
  FetchEventSource as TypedFetchEventSource,
} from "../index.js";
import type { FetchEventSource as FetchEventSourceClass } from "../source/fetch-event-source.js";
import type { Listener } from "../source/session.js";
import type {
  AnyDecode,
  AnyEvents,
  DecodeOf,
  EventMap,
  EventsOf,
  Inferred,
  NameOf,
  OptionsFor,
  PerRequest,
} from "../types/types.js";
import { SharedSession } from "./shared-session.js";
import type { SharedEventSourceInit, SharedOptions, SharedRole } from "./types.js";

export type { SharedEventSourceInit, SharedOptions, SharedRole };

const FetchEventSource = TypedFetchEventSource as unknown as typeof FetchEventSourceClass;

/** The members of a `SharedEventSource`; a `SharedEventSourceConstructor` is its constructor. */
class SharedEventSource<M extends EventMap = AnyEvents> extends FetchEventSource<M> {
  readonly #session: SharedSession;

  /** @internal The standard's constructor has a length of 1. */
  constructor(url: PerRequest<string | URL>, ...[init]: [init?: SharedEventSourceInit<M> | null]) {
    const options = init ?? {};
    checkRequestOptions(options);
    check(options);
    const source = typeof url === "function" ? url : resolveUrl(url);
    let session: SharedSession | undefined;
    super(url, {
      ...options,
      session: (listener: Listener) => {
        session = new SharedSession(source, options, listener);
        return session;
      },
    } as never);
    this.#session = session as unknown as SharedSession;
  }

  /** @internal */
  get [Symbol.toStringTag](): string {
    return "SharedEventSource";
  }

  /** The role of the source in the shared connection. It does not say whether the source is closed: `readyState` does. */
  get shared(): SharedRole {
    return this.#session.role;
  }
}

function check({ key, replay, closeDelay }: SharedOptions): void {
  if (key !== undefined && typeof key !== "string") throw new TypeError("option 'key' must be a string");
  if (replay !== undefined && !(replay >= 0))
    throw new TypeError("option 'replay' must be a number of events, 0 or more");
  if (closeDelay !== undefined && !(closeDelay >= 0)) {
    throw new TypeError("option 'closeDelay' must be milliseconds, 0 or more");
  }
}

/** A `FetchEventSource` that shares its connection. */
interface TypedSharedEventSource<M extends EventMap = AnyEvents> extends SharedEventSource<M> {}

/** The constructor of `SharedEventSource`. */
export interface SharedEventSourceConstructor {
  /**
   * Joins the other sources with the same key, or connects. The event map is the type argument, or else inferred from `decode`
   * and `eventNames`.
   *
   * @throws {DOMException} `SyntaxError` when the URL does not parse.
   * @throws {TypeError} when an option has the wrong type, or `key` is missing; the message names it.
   * @example
   * const source = new SharedEventSource("/events", { decode: { update: "json" } });
   * source.on("update", (update) => console.log(update, source.shared));
   */
  new <M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
    url: PerRequest<string | URL>,
    ...init: OptionsFor<M, D, SharedEventSourceInit, N>
  ): TypedSharedEventSource<EventsOf<M, D, N>>;
  // biome-ignore lint/suspicious/noExplicitAny: as that of a generic class, so that those with a map can extend it
  readonly prototype: TypedSharedEventSource<any>;
  /** The `readyState` of a source that connects, or waits to. */
  readonly CONNECTING: 0;
  /** The `readyState` of a source that has a connection. */
  readonly OPEN: 1;
  /** The `readyState` of a source that is closed for good. */
  readonly CLOSED: 2;
}

/**
 * The interface of `FetchEventSource`, with one connection for all tabs, frames and workers of an origin that use the same key.
 * An event that arrives in one of them is delivered to all of them, once and in order. When the tab with the connection is
 * closed or left, another takes over.
 *
 * @example
 * const source = new SharedEventSource("/events", { retry: { jitter: true } });
 * source.onmessage = ({ data }) => console.log(data, source.shared);
 */
const TypedSharedEventSource = SharedEventSource as unknown as SharedEventSourceConstructor;

export { TypedSharedEventSource as SharedEventSource };
