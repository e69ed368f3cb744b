/** The engine of the main entry: the functions of `engine/src/client.rs`. */
import source from "../../target/npm/bindgen/client_wasm.js";
import { EventSourceError } from "../error/errors.js";
import { encode } from "./utf8.js";
import { type Engine, Memory, start } from "./wasm.js";

/**
 * The exports of the engine. Times are in milliseconds. `client` is a handle. Texts are written into their slots before the
 * call that takes them.
 */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  /** The address of room for a text. */
  text_room(slot: number, length: number): number;
  /** The address of the options that `client_new` takes. */
  options(): number;
  client_new(): number;
  client_free(client: number): void;
  client_handle(client: number, input: number, now: number): void;
  client_timer(client: number, deadline: number, now: number): void;
  client_wall(client: number, wall: number, now: number): void;
  client_decide(client: number, wait: number, now: number): void;
  client_respond(client: number, status: number, isAccepted: number, sinceEpoch: number, now: number): void;
  may_accept(status: number): number;
  client_reject(client: number, now: number): void;
  /** The address of room for a chunk. */
  client_room(client: number, length: number): number;
  client_feed(client: number, length: number, now: number): void;
  /** The address of a step. */
  client_poll(client: number, now: number): number;
  client_take_cancel(client: number): number;
  client_ready_state(client: number): number;
  client_reconnection_time(client: number): number;
  client_status(client: number): number;
  client_waits_until(client: number): number;
  client_watches_page(client: number): number;
  pace_is_spent(now: number): number;
  pace_restart(now: number): void;
  may_resend(): number;
}

const engine: Engine<Exports> = { source };

/**
 * The reason why WebAssembly cannot run. The engine is started once, because each attempt causes a report of the page's policy.
 */
let failure: unknown;
let loading: Promise<void> | undefined;

export function startEngine(): Exports {
  if (failure && typeof engine.source !== "function") throw failure;
  return start(engine);
}

/** Releases the engine and its memory, when nothing uses it any more. */
export function forgetEngine(): void {
  engine.exports = undefined;
  views = undefined;
}

/**
 * Starts the engine, and returns `undefined`. Where WebAssembly cannot run, loads the JavaScript build first: the promise
 * rejects with an `EventSourceError` if that fails.
 */
export function prepareEngine(): Promise<void> | undefined {
  try {
    startEngine();
    return undefined;
  } catch (cause) {
    failure = cause;
    loading ??= load(cause);
    return loading;
  }
}

async function load(cause: unknown): Promise<void> {
  try {
    engine.source = (await import("../../target/npm/bindgen/client_js.js")).default;
  } catch {
    // The cause may be the network: the next call tries again.
    loading = undefined;
    throw new EventSourceError({ code: "engine", attempt: 1, delay: undefined, cause });
  }
}

let views: Memory | undefined;

/**
 * The views of the engine's memory, until the next call into the engine. Made on first use: SWC, and so Rspack, would keep a
 * constant that is made from an engine, even if it is unused.
 */
export function memory(): Memory {
  views ??= new Memory(engine);
  return views.renewed();
}

/** Writes a text into a slot of the engine, if there is one. */
export function give(slot: number, text: string | null | undefined): void {
  if (text == null) return;
  const bytes = encode(text);
  const address = startEngine().text_room(slot, bytes.length) >>> 0;
  memory().bytes.set(bytes, address);
}
