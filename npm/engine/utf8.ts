/**
 * The `Buffer` of Node.js: Jest's jsdom has `Buffer`, but no `TextEncoder`. It is read from `globalThis`, because bundlers
 * would add a polyfill for the bare name.
 */
interface NodeGlobals {
  Buffer: { from(text: string): Uint8Array<ArrayBuffer> };
}

/** The UTF-8 of a text. Lone surrogates become U+FFFD. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  const { TextEncoder, Buffer } = globalThis as typeof globalThis & NodeGlobals;
  return TextEncoder ? new TextEncoder().encode(text) : Buffer.from(text);
}

/** Writes the UTF-8 of a text into `room`, which is large enough, and returns its length. */
export function encodeInto(text: string, room: Uint8Array<ArrayBuffer>): number {
  if (globalThis.TextEncoder) return new TextEncoder().encodeInto(text, room).written;
  const bytes = encode(text);
  room.set(bytes);
  return bytes.length;
}
