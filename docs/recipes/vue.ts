/**
 * # Vue: a composable
 *
 * `useEventSource(url, listeners, options)` has a connection as long as the component, or the effect scope, that calls it:
 * closed at its end, made anew when the URL changes, and none while the URL is `undefined`. Each event calls its listener,
 * which puts what it needs into refs of yours.
 *
 * To change: nothing; in a component:
 *
 *     const percent = ref(0);
 *     const { readyState, error } = useEventSource<Feed>(
 *       () => `/jobs/${props.id}/events`,
 *       { update: (payload) => (percent.value = payload.percent) },
 *       { decode: "json" },
 *     );
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
import { type MaybeRefOrGetter, onScopeDispose, readonly, type ShallowRef, shallowRef, toValue, watch } from "vue";

export type Listeners<M extends EventMap> = { [K in keyof M & string]?: (payload: M[K]) => void };

export interface Connection {
  /** 0 while connecting, 1 when open, 2 when closed for good. */
  readyState: Readonly<ShallowRef<0 | 1 | 2>>;
  /** Why the connection was lost, until there is one again. */
  error: Readonly<ShallowRef<EventSourceError | undefined>>;
}

export function useEventSource<M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>>(
  url: MaybeRefOrGetter<string | undefined>,
  listeners: Listeners<EventsOf<M, D>>,
  ...options: OptionsFor<M, D, Omit<FetchEventSourceInit, "decode">>
): Connection {
  const readyState = shallowRef<0 | 1 | 2>(0);
  const error = shallowRef<EventSourceError>();
  let source: FetchEventSource<EventsOf<M, D>> | undefined;

  function connect(to: string | undefined): void {
    source?.close();
    source = undefined;
    readyState.value = 0;
    error.value = undefined;
    // A server renders once, and has no use for what comes later.
    if (to === undefined || typeof document === "undefined") return;

    const opened = new FetchEventSource<M, D>(to, ...options);
    for (const name of Object.keys(listeners) as (keyof EventsOf<M, D> & string)[]) {
      opened.on(name, (payload) => listeners[name]?.(payload as EventsOf<M, D>[typeof name]));
    }
    // Also at the end, and while a hidden page pauses it.
    opened.addEventListener("statuschange", () => {
      readyState.value = opened.readyState;
      if (opened.readyState === 1) error.value = undefined;
    });
    opened.onerror = (event) => {
      if (event.error) error.value = event.error;
    };
    source = opened;
  }

  watch(() => toValue(url), connect, { immediate: true });
  onScopeDispose(() => source?.close());
  return { readyState: readonly(readyState), error: readonly(error) as Connection["error"] };
}
