/** Makes strings from an engine's memory, by the fastest way of the platform. */
import text from "../../target/npm/bindgen/strings_wasm.js";
import { fromHex } from "./hex.js";

/** Makes strings from the bytes from `start` to `end`. */
export interface Strings {
  ascii(bytes: Uint8Array, start: number, end: number): string;
  utf16(bytes: Uint8Array, start: number, end: number): string;
}

/**
 * The methods behind `toString("latin1", start, end)` and `toString("ucs2", start, end)`, which take two thirds of the time.
 */
type NodeBuffer = Uint8Array<ArrayBuffer> & {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
};

interface NodeGlobals {
  Buffer?: { from(buffer: ArrayBuffer): NodeBuffer; prototype: Partial<NodeBuffer> };
}

/** The `Buffer` of Node.js. A polyfill of it, which would be slow, lacks these methods. */
function nodeBuffer(): NodeGlobals["Buffer"] {
  const { Buffer } = globalThis as unknown as NodeGlobals;
  return Buffer?.prototype.latin1Slice && Buffer.prototype.ucs2Slice ? Buffer : undefined;
}

/** A view of a memory, of which strings can be made. */
export function viewOf(buffer: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return nodeBuffer()?.from(buffer) ?? new Uint8Array(buffer);
}

/** The best way to make strings from this memory. */
export function stringsOf(memory: WebAssembly.Memory): Strings {
  if (nodeBuffer()) return fromBuffers;
  const decoded = byDecoders();
  let builtins: Builtins | undefined;
  let count = 0;
  const compiled = () => {
    count += 1;
    if (count === MANY) builtins = builtinsOn(memory);
    return builtins;
  };
  return {
    ascii(bytes, start, end) {
      const length = end - start;
      return (length < LONG_ASCII ? compiled()?.ascii(start, length) : undefined) ?? decoded.ascii(bytes, start, end);
    },
    utf16(bytes, start, end) {
      const length = (end - start) / 2;
      return (length < LONG_UTF16 ? compiled()?.utf16(start, length) : undefined) ?? decoded.utf16(bytes, start, end);
    },
  };
}

/** Strings by `Buffer`: no view is made, and UTF-16 is only copied. */
const fromBuffers: Strings = {
  ascii: (bytes, start, end) => (bytes as NodeBuffer).latin1Slice(start, end),
  utf16: (bytes, start, end) => (bytes as NodeBuffer).ucs2Slice(start, end),
};

function byDecoders(): Strings {
  try {
    // Latin-1 decodes ASCII like UTF-8, and a little faster.
    const latin1 = new TextDecoder("latin1");
    const utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });
    return {
      ascii: (bytes, start, end) => latin1.decode(bytes.subarray(start, end)),
      utf16: (bytes, start, end) => utf16.decode(bytes.subarray(start, end)),
    };
  } catch {
    return fromUnits;
  }
}

/** Strings for runtimes without `TextDecoder`, or with one for UTF-8 only. */
const fromUnits: Strings = {
  ascii: (bytes, start, end) => textOf(bytes.subarray(start, end)),
  utf16: (bytes, start, end) => textOf(new Uint16Array(bytes.buffer, start, (end - start) / 2)),
};

const textOf = (units: Uint8Array | Uint16Array) => Array.from(units, (unit) => String.fromCharCode(unit)).join("");

/** The exports of `strings.wat`. Lengths are in units. */
interface Builtins {
  ascii(start: number, length: number): string;
  utf16(start: number, length: number): string;
}

/** The length in bytes from which the decoder is faster. */
const LONG_ASCII = 448;
/** The length in units that bounds the memory of `strings.wat`. */
const LONG_UTF16 = 1 << 17;

/**
 * The number of short strings after which the builtins are compiled, which takes as long as a thousand strings: many more will
 * follow.
 */
const MANY = 64;

/** Compiles `strings.wat`; `undefined` where WebAssembly has no builtins for strings. */
function builtinsOn(memory: WebAssembly.Memory): Builtins | undefined {
  try {
    // A JavaScript build has another kind of memory. Another attempt at WebAssembly would cause another report of the page's
    // policy.
    if (!(memory instanceof WebAssembly.Memory)) return undefined;
    const Module = WebAssembly.Module as new (bytes: BufferSource, options: object) => WebAssembly.Module;
    const module = new Module(fromHex(text), { builtins: ["js-string"] });
    const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
    return exports as unknown as Builtins;
  } catch {
    return undefined;
  }
}
