/** What a step of the engine's wants done, as `src/npm/client.rs` numbers it; 0 is to wait. */
export const EVENTS = 1;
export const FETCH = 2;
export const ABORT = 3;
export const OPEN = 4;
export const DECIDE = 5;
export const LOST = 6;
export const FAILED = 7;
export const ENDED = 8;
