import type { SharedEvent } from "./messages.js";

/** Events and characters that are kept. */
export const MOST_EVENTS = 1000;
const MOST_CHARACTERS = 2 ** 20;

/** The last events of a term, by their numbers, so that they can be sent again. */
export class History {
  #events: SharedEvent[] = [];
  /** The number of the first. */
  #first = 1;
  #characters = 0;

  /** The number of the oldest event that is kept, or of the next if none is. */
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

  /** The events behind a number. */
  after(number: number): SharedEvent[] {
    return this.#events.slice(Math.max(0, number + 1 - this.#first));
  }
}

function size([type, data, id]: SharedEvent): number {
  return type.length + data.length + id.length;
}
