import { type DecodeError, report } from "../error/errors.js";
import { isSignal } from "../shell/interfaces.js";
import type { OnOptions, ServerSentEvent, Subscription } from "../types/types.js";
import { dispose } from "./dispose.js";

/** Checks the arguments of `on()`. */
export function checkOn(type: unknown, listener: unknown, options: unknown): void {
  if (typeof type !== "string") throw new TypeError("on(): 'type' must be the name of an event, a string");
  checkListener("on", listener, options);
}

/** Checks the arguments that `on()` and `onAny()` share. */
export function checkListener(method: string, listener: unknown, options: unknown): void {
  if (typeof listener !== "function") throw new TypeError(`${method}(): 'listener' must be a function`);
  const { signal, onError } = (options ?? {}) as OnOptions;
  checkSignal(method, signal);
  if (onError !== undefined && typeof onError !== "function") {
    throw new TypeError(`${method}(): option 'onError' must be a function`);
  }
}

export function checkSignal(method: string, signal: unknown): void {
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError(`${method}(): option 'signal' must be an AbortSignal`);
  }
}

/**
 * A function that stops listening, which is also disposable. With a signal that has aborted already, the caller must not
 * listen.
 */
export function subscription(stop: () => void, signal: AbortSignal | undefined): Subscription {
  const off = () => {
    signal?.removeEventListener("abort", off);
    stop();
  };
  if (!signal?.aborted) signal?.addEventListener("abort", off);
  return Object.assign(off, { [dispose]: off }) as Subscription;
}

/** The global of zone.js, as in Angular. */
declare const Zone: { current: { wrap<F>(callback: F, source: string): F } } | undefined;

/** Binds a listener to the zone in which it was given: zone.js itself does so only for `addEventListener`. */
function inZone<F>(listener: F): F {
  return typeof Zone === "undefined" ? listener : Zone.current.wrap(listener, "on");
}

type Callback = (payload: unknown, event: ServerSentEvent<string, unknown>) => void;

/** The callback for events; `fail`, if present, is the callback for events that do not decode. */
export type Subscriber = Callback & { readonly fail: ((error: DecodeError) => void) | undefined };

/**
 * The listeners of `on()` and `onAny()`. During a delivery, a new listener waits for the next event, and a removed listener is
 * not called any more.
 */
export class Subscribers {
  /**
   * For each name with a listener of its own: the listeners for the name and those for any event, in the order in which they
   * were added.
   */
  readonly #byType = new Map<string, readonly Subscriber[]>();
  #ofAny: readonly Subscriber[] = [];
  /** The subscriptions, each with the arguments of `add`. */
  readonly #subscriptions = new Map<Subscription, { type: string | undefined; callback: Callback }>();

  /** Adds a listener: without a type, for any event. */
  add(type: string | undefined, callback: Callback, options: OnOptions | undefined): Subscription {
    const { signal, once, onError } = options ?? {};
    const listener = inZone(callback);
    let isOver = false;
    const call: Callback = (payload, event) => {
      if (isOver) return;
      if (once) off();
      try {
        listener(payload, event);
      } catch (error) {
        report(error);
      }
    };
    const fail = (error: DecodeError) => {
      if (isOver) return;
      try {
        onError?.(error);
      } catch (error) {
        report(error);
      }
    };
    const own: Subscriber = Object.assign(call, { fail: onError && fail });
    const off = subscription(() => {
      isOver = true;
      this.#subscriptions.delete(off);
      this.#change(type, (those) => those.filter((other) => other !== own));
    }, signal);
    if (!signal?.aborted) {
      this.#change(type, (those) => [...those, own]);
      this.#subscriptions.set(off, { type, callback });
    }
    return off;
  }

  remove(type: string, callback: unknown): void {
    for (const [off, added] of this.#subscriptions) if (added.type === type && added.callback === callback) off();
  }

  of(type: string): readonly Subscriber[] {
    return this.#byType.get(type) ?? this.#ofAny;
  }

  /** Ends all subscriptions, so that no signal keeps the source in memory. */
  clear(): void {
    for (const off of this.#subscriptions.keys()) off();
  }

  #change(type: string | undefined, change: (those: readonly Subscriber[]) => readonly Subscriber[]): void {
    for (const name of type === undefined ? this.#byType.keys() : [type]) {
      const those = change(this.of(name));
      this.#byType.set(name, those);
    }
    if (type === undefined) this.#ofAny = change(this.#ofAny);
    else if (this.of(type).length === this.#ofAny.length) this.#byType.delete(type);
  }
}
