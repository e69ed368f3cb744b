/** What both engines have in common: WebAssembly that is inlined in hex, and started synchronously on first use. */
import { viewOf } from "./text.js";

/** Browsers compile modules of this size on the main thread without a fuss. */
export function compile(hex: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(fromHex(hex));
  } catch (cause) {
    const message =
      "eventsource-wasm cannot start its WebAssembly: if the page has a Content-Security-Policy, add 'wasm-unsafe-eval' " +
      "to its script-src (not 'unsafe-eval'); otherwise see cause";
    throw new Error(message, { cause });
  }
}

/** Natively where the engine knows how (2025 on). */
function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromHex?: (hex: string) => Uint8Array<ArrayBuffer> }).fromHex;
  if (native) return native.call(Uint8Array, hex);
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (digit(hex.charCodeAt(index * 2)) << 4) | digit(hex.charCodeAt(index * 2 + 1));
  }
  return bytes;
}

/** Of `0` to `9` and `a` to `f`. */
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

/** Views of an engine's memory. A call into the engine may move it, which leaves those taken before with length 0. */
export class Memory {
  readonly #memory: () => WebAssembly.Memory;
  #bytes = new Uint8Array();
  #words = new Uint32Array();

  constructor(memory: () => WebAssembly.Memory) {
    this.#memory = memory;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length === 0) this.#bytes = viewOf(this.#memory().buffer as ArrayBuffer);
    return this.#bytes;
  }

  words(): Uint32Array<ArrayBuffer> {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.#memory().buffer as ArrayBuffer);
    return this.#words;
  }
}
