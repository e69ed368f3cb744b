import { encode } from "./utf8.js";

/** The first of the characters in use. Neither this nor any behind it is a quotation mark. */
const FIRST = 35;
/** Bytes below this are one character. */
const SMALL = 90;
/** Others are two: one of the two characters behind those of the small ones, and how far they are in its half. */
const HALF = 83;

/**
 * The bytes that `scripts/build/inlined.mjs` made text of. This runs once and is interpreted, so that reading bytes is much
 * cheaper than asking for characters.
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
