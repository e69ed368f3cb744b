/** What happened, as `client_handle` in `src/npm/client.rs` takes it. */
export type Input = number;

export const START = 0;
export const READ = 1;
export const END = 2;
export const NETWORK_FAILED = 3;
export const REQUEST_FAILED = 4;
export const TIMER = 5;
export const ONLINE = 6;
export const HIDDEN = 7;
export const VISIBLE = 8;
