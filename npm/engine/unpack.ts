import unpacker from "../../target/npm/bindgen/unpack_wasm.js";
import { fromText } from "./inlined.js";
import { encode } from "./utf8.js";

/** What `unpack.wat` exports. */
interface Unpacker {
  readonly memory: WebAssembly.Memory;
  unpack(end: number): number;
}

/**
 * Does what `fromText` does for a text of up to 64 KiB. A loop in JavaScript that runs once is interpreted, which costs
 * the client's engine 1 to 2 ms more than a module of 132 bytes that is compiled for it. The text of the parser's engine is too short.
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
