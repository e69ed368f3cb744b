/**
 * # React: a hook
 *
 * `useEventSource(url, listeners, options)` has a connection while the component is mounted: closed when it unmounts, made
 * anew when the URL changes, and none while the URL is `null`. Under `StrictMode`, which mounts everything twice, one is left.
 * Each event calls its listener, so that none is lost when React renders several changes at once. Listeners may be new
 * functions at each render; the newest are called.
 *
 * To change: nothing, unless you want another look at the state; `Percent` shows how it is used. It needs React 19.2 or
 * newer for `useEffectEvent`.
 */
import {
  type AnyDecode,
  type DecodeOf,
  type EventMap,
  type EventSourceError,
  type EventsOf,
  FetchEventSource,
  type FetchEventSourceInit,
  type Inferred,
  type OptionsFor,
} from "eventsource-wasm";
import { useEffect, useEffectEvent, useState } from "react";

/** A listener per event name: those that the hook is first called with for a URL are the names that it listens to. */
export type Listeners<M extends EventMap> = { [K in keyof M & string]?: (payload: M[K]) => void };

export interface Connection {
  /** 0 while connecting, 1 when open, 2 when closed for good. */
  readyState: 0 | 1 | 2;
  /** Why the connection was lost, until there is one again. */
  error: EventSourceError | undefined;
}

const CONNECTING: Connection = { readyState: 0, error: undefined };

export function useEventSource<M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>>(
  url: string | null,
  listeners: Listeners<EventsOf<M, D>>,
  ...options: OptionsFor<M, D, Omit<FetchEventSourceInit, "decode">>
): Connection {
  const [state, setState] = useState<{ url: string; connection: Connection }>();
  const connect = useEffectEvent((to: string) => new FetchEventSource<M, D>(to, ...options));
  const names = useEffectEvent(() => Object.keys(listeners) as (keyof EventsOf<M, D> & string)[]);
  const call = useEffectEvent(<K extends keyof EventsOf<M, D> & string>(name: K, payload: EventsOf<M, D>[K]) =>
    listeners[name]?.(payload),
  );

  useEffect(() => {
    if (url === null) return;
    const source = connect(url);
    for (const name of names()) source.on(name, (payload) => call(name, payload as EventsOf<M, D>[typeof name]));
    let error: EventSourceError | undefined;
    const tell = () => {
      if (source.readyState === 1) error = undefined;
      setState({ url, connection: { readyState: source.readyState, error } });
    };
    // Also at the end, and while a hidden page pauses it.
    source.addEventListener("statuschange", tell);
    source.onerror = (event) => {
      error = event.error ?? error;
      tell();
    };
    return () => {
      source.removeEventListener("statuschange", tell);
      source.close();
    };
  }, [url]);

  // What is known of another URL says nothing of this one.
  return state?.url === url ? state.connection : CONNECTING;
}

type Feed = { update: { percent: number } };

export function Percent({ url }: { url: string | null }) {
  const [percent, setPercent] = useState(0);
  const { readyState, error } = useEventSource<Feed>(
    url,
    { update: (payload) => setPercent(payload.percent) },
    { decode: "json" },
  );
  return (
    <p>
      <progress max={100} value={percent} aria-label="progress" /> {["connecting", "live", "closed"][readyState]}
      {error?.willReconnect && ", connecting again"}
    </p>
  );
}
