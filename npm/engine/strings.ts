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
  // A JavaScript build has another kind of memory. To try WebAssembly once more would make another report of the page's policy.
  if (!(globalThis.WebAssembly && memory instanceof WebAssembly.Memory)) return decoded;
  try {
    return byBuiltins(memory, decoded);
  } catch {
    return decoded;
  }
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

/** In parts, as a call takes only so many arguments. */
function textOf(units: Uint8Array | Uint16Array): string {
  let text = "";
  for (let start = 0; start < units.length; start += 4096) {
    text += String.fromCharCode(...units.subarray(start, start + 4096));
  }
  return text;
}

/** What `strings.wat` exports. The lengths are in units. */
interface Builtins {
  ascii(start: number, length: number): string;
  utf16(start: number, length: number): string;
}

/** From here on, the decoder is faster. */
const LONG_ASCII = 448;
/** Bounds the memory in which units are gathered. */
const LONG_UTF16 = 1 << 17;

/** Throws where WebAssembly has no builtins for strings. */
function byBuiltins(memory: WebAssembly.Memory, decoded: Strings): Strings {
  const Module = WebAssembly.Module as new (bytes: BufferSource, options: object) => WebAssembly.Module;
  const module = new Module(fromText(text), { builtins: ["js-string"] });
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  const builtins = exports as unknown as Builtins;
  return {
    ascii(bytes, start, end) {
      const length = end - start;
      return length < LONG_ASCII ? builtins.ascii(start, length) : decoded.ascii(bytes, start, end);
    },
    utf16(bytes, start, end) {
      const length = (end - start) / 2;
      return length < LONG_UTF16 ? builtins.utf16(start, length) : decoded.utf16(bytes, start, end);
    },
  };
}
