/** The budget that all sources of a page share for delivering events without a break. The engine keeps it. */
import { startEngine } from "../engine/engine.js";
import { nextTask } from "./task.js";

/** The clock is looked at once in so many events, as that takes longer than the rest. */
const STRIDE = 4;

let events = 0;

export const pace = {
  /** Whether to let the event loop turn, after an event. */
  isSpent(now: () => number): boolean {
    events += 1;
    return events % STRIDE === 0 && startEngine().pace_is_spent(now()) !== 0;
  },

  /** Lets the event loop turn. */
  async rest(now: () => number): Promise<void> {
    await nextTask();
    startEngine().pace_restart(now());
  },
};
