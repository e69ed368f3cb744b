import type { SharedEvent } from "./messages.js";

/** The most events that a history keeps. */
export const MOST_EVENTS = 1000;
/** The most characters that a history keeps. */
const MOST_CHARACTERS = 2 ** 20;

/** The last events of a term with their numbers, to be sent again. */
export class History {
  #events: SharedEvent[] = [];
  /** The number of the first event in `#events`. */
  #first = 1;
  #characters = 0;

  /** The number of the oldest event that is kept, or of the next event if none is kept. */
  get first(): number {
    return this.#first;
  }

  clear(): void {
    this.#events = [];
    this.#first = 1;
    this.#characters = 0;
  }

  push(events: readonly SharedEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.#characters += size(event);
    }
    let dropped = 0;
    while (this.#events.length - dropped > MOST_EVENTS || this.#characters > MOST_CHARACTERS) {
      this.#characters -= size(this.#events[dropped] as SharedEvent);
      dropped += 1;
    }
    this.#events.splice(0, dropped);
    this.#first += dropped;
  }

  /** The events after the event with this number. */
  after(number: number): SharedEvent[] {
    return this.#events.slice(Math.max(0, number + 1 - this.#first));
  }
}

function size([type, data, id]: SharedEvent): number {
  return type.length + data.length + id.length;
}
