/**
 * # Svelte: a store
 *
 * `eventStore(url, initial, reduce, options)` is a readable store. It has one connection while anything subscribes to it,
 * however many do, and none otherwise. `reduce` makes its next value from the last one and an event. The URL may be a store:
 * when it changes, the connection is made anew and the value starts from `initial`.
 *
 * To change: nothing; in a component:
 *
 *     const job = eventStore<number, Feed>(
 *       "/jobs/7/events",
 *       0,
 *       (percent, event) => (event.type === "update" ? event.data.percent : percent),
 *       { decode: "json" },
 *     );
 *     <progress max="100" value={$job.value} />
 */
import {
  type AnyDecode,
  type DecodeOf,
  type EventMap,
  type EventOf,
  type EventSourceError,
  type EventsOf,
  FetchEventSource,
  type FetchEventSourceInit,
  type Inferred,
  type OptionsFor,
} from "eventsource-wasm";
import { derived, type Readable, readable } from "svelte/store";

export interface Live<T> {
  value: T;
  /** 0 while connecting, 1 when open, 2 when closed for good. */
  readyState: 0 | 1 | 2;
  /** Why the connection was lost, until there is one again. */
  error: EventSourceError | undefined;
}

export function eventStore<T, M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>>(
  url: string | Readable<string>,
  initial: T,
  reduce: (value: T, event: EventOf<EventsOf<M, D>>) => T,
  ...options: OptionsFor<M, D, Omit<FetchEventSourceInit, "decode">>
): Readable<Live<T>> {
  const start: Live<T> = { value: initial, readyState: 0, error: undefined };

  return derived(
    typeof url === "string" ? readable(url) : url,
    (to, set) => {
      let live = start;
      const change = (changed: Partial<Live<T>>) => {
        live = { ...live, ...changed };
        set(live);
      };
      change({});
      // A server renders once, and has no use for what comes later.
      if (typeof document === "undefined") return undefined;

      const source = new FetchEventSource<M, D>(to, ...options);
      // Also at the end, and while a hidden page pauses it.
      const tell = () => {
        const { readyState } = source;
        change(readyState === 1 ? { readyState, error: undefined } : { readyState });
      };
      source.addEventListener("statuschange", tell);
      source.onerror = ({ error }) => error && change({ error });
      void follow(source, (event) => change({ value: reduce(live.value, event) }));
      return () => {
        source.removeEventListener("statuschange", tell);
        source.close();
      };
    },
    start,
  );
}

async function follow<M extends EventMap>(source: FetchEventSource<M>, each: (event: EventOf<M>) => void) {
  try {
    for await (const event of source) each(event);
  } catch {
    // It has failed for good: `onerror` was called.
  }
}
