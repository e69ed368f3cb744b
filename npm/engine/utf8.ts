let known: TextEncoder | undefined;

/** jsdom, as Jest has it, comes without. */
function encoder(): TextEncoder | undefined {
  if (globalThis.TextEncoder) known ??= new TextEncoder();
  return known;
}

/** The UTF-8 of a text. Lone surrogates become U+FFFD. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder()?.encode(text) ?? byHand(text);
}

/** Writes the UTF-8 of a text, for which there is room, and gives its length. */
export function encodeInto(text: string, room: Uint8Array<ArrayBuffer>): number {
  const written = encoder()?.encodeInto(text, room).written;
  if (written !== undefined) return written;
  const bytes = byHand(text);
  room.set(bytes);
  return bytes.length;
}

function byHand(text: string): Uint8Array<ArrayBuffer> {
  const bytes = unescape(encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd")));
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}
