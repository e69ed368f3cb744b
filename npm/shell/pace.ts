/** The budget of time that all sources of a page share for delivering events without a pause. The engine keeps it. */
import { startEngine } from "../engine/engine.js";
import { nextTask } from "./task.js";

/** The clock is read after every fourth event, because reading it takes longer than the rest of the check. */
const STRIDE = 4;

let events = 0;

export const pace = {
  /** Whether the event loop must turn, asked after each event. */
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
