/** The engine of `eventsource-wasm/shared`: the functions of `engine/src/shared.rs`. */
import source from "../../target/npm/bindgen/shared_wasm.js";
import type { Engine } from "../engine/wasm.js";
import { _encode as encode, _start as start } from "../index.js";

/**
 * The exports of the engine. Times are in milliseconds. `member` is a handle. Texts are written into their slots before the
 * call that takes them.
 */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  /** The address of room for a text. */
  text_room(slot: number, length: number): number;
  /** The address of the numbers of a message. */
  message_room(): number;
  member_new(me: number, hasLocks: number, replay: number, resends: number): number;
  member_free(member: number): void;
  member_handle(member: number, input: number, wall: number, now: number): void;
  /** Writes the number of the first event into the numbers of a message. */
  member_own(member: number, kept: number, now: number): number;
  member_receive(member: number, now: number): number;
  /** The address of a step. */
  member_poll(member: number, wall: number, now: number): number;
  member_role(member: number): number;
  member_term(member: number): void;
}

const engine: Engine<Exports> = { source };

/** Starts the engine, from WebAssembly or else from its JavaScript build. Rejects where neither can run. */
export async function prepareEngine(): Promise<void> {
  try {
    start(engine);
  } catch {
    engine.source = (await import("../../target/npm/bindgen/shared_js.js")).default;
    start(engine);
  }
}

export function exports(): Exports {
  return start(engine);
}

export function give(slot: number, text: string): void {
  const bytes = encode(text);
  // `text_room` may grow the memory, which then has another buffer.
  const address = exports().text_room(slot, bytes.length) >>> 0;
  new Uint8Array(exports().memory.buffer, address).set(bytes);
}

// An ID may begin with a byte order mark.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text at this address with this length, which are two words. */
export function textAt([address = 0, length = 0]: Uint32Array): string {
  return decoder.decode(new Uint8Array(exports().memory.buffer, address, length));
}
