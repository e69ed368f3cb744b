import { encode } from "./utf8.js";

/** The first character in use. No character from here on is a quotation mark. */
const FIRST = 35;
/** A byte below this is one character. */
const SMALL = 90;
/**
 * Any other byte is two characters: one of the two after those of the small bytes, and the distance from the start of its half.
 */
const HALF = 83;

/**
 * Decodes the bytes that `scripts/build/inlined.mjs` encoded as text. The loop runs once and is interpreted, so reading bytes
 * is much cheaper than reading characters.
 */
export function fromText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = encode(text);
  const { length } = bytes;
  let end = 0;
  for (let index = 0; index < length; index++) {
    let byte = (bytes[index] as number) - FIRST;
    if (byte >= SMALL) byte = SMALL + (byte - SMALL) * HALF + (bytes[++index] as number) - FIRST;
    bytes[end++] = byte;
  }
  return bytes.subarray(0, end);
}
