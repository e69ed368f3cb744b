/**
 * A flood of events must not keep the page from drawing: what arrives faster than it is handled is handled in one long run
 * of microtasks. After a while the run stops for a task of the event loop, as the browser's own class does after each event.
 */
import { nextTask } from "./task.js";

/** A run may last so long, in ms: half of what a frame has. */
const BUDGET = 8;
/** Deliveries that are no further apart than this, in ms, belong to one run. */
const GAP = 1;
/** The clock is looked at once in so many events. */
const STRIDE = 4;

let began = 0;
let ended = 0;
let events = 0;

export const pace = {
  /** To be called before a delivery. */
  begin(): void {
    const now = performance.now();
    if (now - ended > GAP) began = now;
  },

  /** Whether the event that was just delivered is to be the last of its run. */
  isOver(): boolean {
    events += 1;
    return events % STRIDE === 0 && performance.now() - began > BUDGET;
  },

  /** To be called after a delivery. */
  end(): void {
    ended = performance.now();
  },

  /** Lets the event loop turn. */
  async rest(): Promise<void> {
    await nextTask();
    began = performance.now();
  },
};
