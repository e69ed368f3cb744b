/** The listeners and loops of a source that get decoded payloads. Each event is decoded once for all of them. */
import { decoder } from "../decode/decode.js";
import { DecodeError, DecodeErrorEvent, report } from "../error/errors.js";
import type { AnyDecode, End, IterateOptions, OnOptions, ServerSentEvent, Subscription } from "../types/types.js";
import { isCutOff, thrownAt } from "./end.js";
import { Queue } from "./queue.js";
import { checkSignal, type Subscriber, Subscribers, subscription } from "./subscription.js";

type Event = ServerSentEvent<string, unknown>;

export class Audience {
  /** Whether somebody listens to `decodeerror`. */
  hearsDecodeErrors = false;
  readonly #source: EventTarget;
  readonly #skipsEmpty: boolean;
  readonly #decode: (type: string, data: string) => unknown;
  readonly #subscribers = new Subscribers();
  /** The loops, each with the function that removes it from its signal. */
  readonly #queues = new Map<Queue<Event>, Subscription>();
  #end: End | undefined;

  /** With `skipsEmpty`, events with empty data are not delivered. */
  constructor(source: EventTarget, decode: AnyDecode | undefined, skipsEmpty = false) {
    this.#source = source;
    this.#skipsEmpty = skipsEmpty;
    this.#decode = decoder(decode);
  }

  on(type: string, listener: (payload: never, event: never) => void, options: OnOptions | undefined): Subscription {
    return this.#unlessEnded(this.#subscribers.add(type, listener as never, options));
  }

  off(type: string, listener: unknown): void {
    this.#subscribers.remove(type, listener);
  }

  onAny(listener: (event: never) => void, options: OnOptions | undefined): Subscription {
    return this.#unlessEnded(this.#subscribers.add(undefined, (_, event) => listener(event as never), options));
  }

  /** An iterator over all events from now on. `close` is called when the loop is left. */
  iterate(options: IterateOptions, close: () => void): Queue<never> {
    const { onDecodeError = "skip", signal } = options;
    if (!["throw", "skip", "yield"].includes(onDecodeError)) {
      throw new TypeError(`events(): option 'onDecodeError' must be "throw", "skip" or "yield"`);
    }
    checkSignal("events", signal);
    const queue = new Queue<Event>(onDecodeError, () => {
      off();
      close();
    });
    const off = subscription(() => {
      this.#queues.delete(queue);
      queue.cut();
    }, signal);
    this.#queues.set(queue, off);
    if (signal?.aborted) off();
    else if (this.#end) this.#endQueues(this.#end);
    return queue as Queue<never>;
  }

  deliver(type: string, data: string, lastEventId: string): void {
    const subscribers = this.#subscribers.of(type);
    if ((subscribers.length === 0 && this.#queues.size === 0) || (this.#skipsEmpty && data === "")) return;
    const event = this.#decoded(type, data, lastEventId, subscribers);
    if (!event) return;
    // Subscriptions that have ended do nothing, so none is called after the end of the source.
    for (const subscriber of subscribers) subscriber(event.data, event);
    for (const queue of this.#queues.keys()) queue.push(event);
  }

  /** Ends the loops and the subscriptions, so that no signal keeps them. */
  end(end: End): void {
    if (this.#end) return;
    this.#end = end;
    this.#subscribers.clear();
    this.#endQueues(end);
  }

  #endQueues(end: End): void {
    for (const [queue, off] of this.#queues) {
      if (isCutOff(end)) queue.cut(...thrownAt(end));
      else queue.end(...thrownAt(end));
      off();
    }
  }

  /** Ends the subscription if the source has ended, so that nothing keeps the source in memory. */
  #unlessEnded(off: Subscription): Subscription {
    if (this.#end) off();
    return off;
  }

  #decoded(type: string, data: string, id: string, subscribers: readonly Subscriber[]): Event | undefined {
    try {
      return { type, data: this.#decode(type, data), lastEventId: id };
    } catch (cause) {
      this.#refuse(new DecodeError(type, data, id, cause), subscribers);
      return undefined;
    }
  }

  /**
   * Reports a payload that does not decode: to each `onError`, loop or `decodeerror` listener that asked for it, or else like
   * an error of a listener.
   */
  #refuse(error: DecodeError, subscribers: readonly Subscriber[]): void {
    let isHeard = false;
    for (const { fail } of subscribers) {
      if (fail) isHeard = true;
      fail?.(error);
    }
    for (const queue of this.#queues.keys()) isHeard = queue.fail(error) || isHeard;
    if (this.#end) return;
    if (this.hearsDecodeErrors) this.#source.dispatchEvent(new DecodeErrorEvent(error));
    else if (!isHeard) report(error);
  }
}
