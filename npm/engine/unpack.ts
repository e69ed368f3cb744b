import unpacker from "../../target/npm/bindgen/unpack_wasm.js";
import { fromText } from "./inlined.js";
import { encode } from "./utf8.js";

/** The exports of `unpack.wat`. */
interface Unpacker {
  readonly memory: WebAssembly.Memory;
  unpack(end: number): number;
}

/**
 * Decodes a text of up to 64 KiB like `fromText`. The loop of `fromText` runs once and is interpreted: for the engine of the
 * client, that takes 1 to 2 ms longer than to compile a module of 132 bytes for it. The text of the parser's engine is too
 * short to gain.
 *
 * @throws where WebAssembly cannot run
 */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fromText(unpacker)));
  const { memory, unpack } = exports as unknown as Unpacker;
  const room = new Uint8Array(memory.buffer as ArrayBuffer);
  const packed = encode(text);
  room.set(packed);
  return room.subarray(0, unpack(packed.length));
}
