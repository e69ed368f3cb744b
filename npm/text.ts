/** Bytes to strings, as fast as the platform can. */

type NodeBuffer = Uint8Array<ArrayBuffer> & {
  toString(encoding: "latin1" | "utf16le", start: number, end: number): string;
};

interface NodeGlobals {
  process?: { versions?: { node?: string } };
  Buffer?: { from(buffer: ArrayBuffer): NodeBuffer };
}

/** Node's own strings need no view of the bytes, and UTF-16 is a mere copy. A polyfill of `Buffer` would be slow. */
const { process, Buffer } = globalThis as NodeGlobals;
const node = process?.versions?.node === undefined ? undefined : Buffer;

/** A view that `decodeAscii` and `decodeUtf16` can read. */
export function viewOf(buffer: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return node ? node.from(buffer) : new Uint8Array(buffer);
}

/** Without `stream`, which other texts than these do not need. */
const ascii = new TextDecoder("utf-8", { ignoreBOM: true });
const utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });

export function decodeAscii(bytes: Uint8Array, start: number, end: number): string {
  if (node) return (bytes as NodeBuffer).toString("latin1", start, end);
  return ascii.decode(bytes.subarray(start, end));
}

/** The places are in bytes. */
export function decodeUtf16(bytes: Uint8Array, start: number, end: number): string {
  if (node) return (bytes as NodeBuffer).toString("utf16le", start, end);
  return utf16.decode(bytes.subarray(start, end));
}
