import { report } from "./errors.js";
import type { OnOptions, ServerSentEvent, Subscription } from "./types.js";

/** Checks the arguments of `on()`. */
export function checkOn(type: unknown, listener: unknown, options: unknown): void {
  if (typeof type !== "string") throw new TypeError("on(): 'type' must be the name of an event, a string");
  if (typeof listener !== "function") throw new TypeError("on(): 'listener' must be a function");
  const signal = (options as OnOptions | undefined)?.signal;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError("on(): option 'signal' must be an AbortSignal");
  }
}

/** A function that stops listening, which can also be disposed of. With a signal that has aborted, nobody should listen. */
export function subscription(stop: () => void, signal: AbortSignal | undefined): Subscription {
  const off = () => {
    signal?.removeEventListener("abort", off);
    stop();
  };
  if (!signal?.aborted) signal?.addEventListener("abort", off);
  return Object.assign(off, { [Symbol.dispose]: off }) as Subscription;
}

type Callback = (payload: unknown, event: ServerSentEvent<string, unknown>) => void;

/** The listeners of `on()`, by event name. Changing them while they are called does not change who is called. */
export class Subscribers {
  readonly #byType = new Map<string, readonly Callback[]>();
  readonly #subscriptions = new Set<Subscription>();

  add(type: string, callback: Callback, options: OnOptions | undefined): Subscription {
    let isOver = false;
    const own: Callback = (payload, event) => {
      if (isOver) return;
      if (options?.once) off();
      try {
        callback(payload, event);
      } catch (error) {
        report(error);
      }
    };
    const off = subscription(() => {
      isOver = true;
      this.#subscriptions.delete(off);
      const rest = this.of(type).filter((other) => other !== own);
      if (rest.length > 0) this.#byType.set(type, rest);
      else this.#byType.delete(type);
    }, options?.signal);
    if (!options?.signal?.aborted) {
      this.#byType.set(type, [...this.of(type), own]);
      this.#subscriptions.add(off);
    }
    return off;
  }

  of(type: string): readonly Callback[] {
    return this.#byType.get(type) ?? [];
  }

  /** Ends all of them, so that no signal holds on to the source. */
  clear(): void {
    for (const off of this.#subscriptions) off();
  }
}
