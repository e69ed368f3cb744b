/** Strings from an engine's memory, as fast as the platform can make them. */
import text from "../../target/npm/bindgen/strings_wasm.js";
import { fromText } from "./inlined.js";

/** Makes strings of the bytes from `start` to `end`. */
export interface Strings {
  ascii(bytes: Uint8Array, start: number, end: number): string;
  utf16(bytes: Uint8Array, start: number, end: number): string;
}

/** What `toString("latin1", start, end)` and its like call, at two thirds of their cost. */
type NodeBuffer = Uint8Array<ArrayBuffer> & {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
};

interface NodeGlobals {
  Buffer?: { from(buffer: ArrayBuffer): NodeBuffer; prototype: Partial<NodeBuffer> };
}

/** The `Buffer` of Node.js. A polyfill, which would be slow, has no such methods. */
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

/** No view is made, and UTF-16 is a mere copy. */
const fromBuffers: Strings = {
  ascii: (bytes, start, end) => (bytes as NodeBuffer).latin1Slice(start, end),
  utf16: (bytes, start, end) => (bytes as NodeBuffer).ucs2Slice(start, end),
};

function byDecoders(): Strings {
  try {
    // Latin-1 decodes ASCII as UTF-8 does, and a little faster.
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

/** For runtimes without a decoder, or with one for UTF-8 only. */
const fromUnits: Strings = {
  ascii: (bytes, start, end) => textOf(bytes.subarray(start, end)),
  utf16: (bytes, start, end) => textOf(new Uint16Array(bytes.buffer, start, (end - start) / 2)),
};

const textOf = (units: Uint8Array | Uint16Array) => Array.from(units, (unit) => String.fromCharCode(unit)).join("");

/** What `strings.wat` exports. The lengths are in units. */
interface Builtins {
  ascii(start: number, length: number): string;
  utf16(start: number, length: number): string;
}

/** From here on, the decoder is faster. */
const LONG_ASCII = 448;
/** Bounds the memory in which units are gathered. */
const LONG_UTF16 = 1 << 17;

/** After so many short strings there will be many more. To compile the builtins takes as long as a thousand. */
const MANY = 64;

/** `undefined` where WebAssembly has no builtins for strings. */
function builtinsOn(memory: WebAssembly.Memory): Builtins | undefined {
  try {
    // A JavaScript build has another kind of memory. To try WebAssembly once more would make another report of the page's policy.
    if (!(memory instanceof WebAssembly.Memory)) return undefined;
    const Module = WebAssembly.Module as new (bytes: BufferSource, options: object) => WebAssembly.Module;
    const module = new Module(fromText(text), { builtins: ["js-string"] });
    const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
    return exports as unknown as Builtins;
  } catch {
    return undefined;
  }
}
