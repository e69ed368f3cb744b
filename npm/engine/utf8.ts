/** Jest's jsdom has it, and no `TextEncoder`. Not by its bare name, for which bundlers would put in a polyfill. */
interface NodeGlobals {
  Buffer: { from(text: string): Uint8Array<ArrayBuffer> };
}

/** The UTF-8 of a text. Lone surrogates become U+FFFD. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  const { TextEncoder, Buffer } = globalThis as typeof globalThis & NodeGlobals;
  return TextEncoder ? new TextEncoder().encode(text) : Buffer.from(text);
}

/** Writes the UTF-8 of a text, for which there is room, and gives its length. */
export function encodeInto(text: string, room: Uint8Array<ArrayBuffer>): number {
  if (globalThis.TextEncoder) return new TextEncoder().encodeInto(text, room).written;
  const bytes = encode(text);
  room.set(bytes);
  return bytes.length;
}
