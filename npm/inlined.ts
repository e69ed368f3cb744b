/** The first of the characters in use. Neither this nor any behind it is a quotation mark. */
const FIRST = 35;
/** Bytes below this are one character. */
const SMALL = 90;
/** Others are two: one of the two characters behind those of the small ones, and how far they are in its half. */
const HALF = 83;

/** The bytes that `scripts/build/inlined.mjs` made text of. */
export function fromText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    let byte = text.charCodeAt(index) - FIRST;
    if (byte >= SMALL) {
      index++;
      byte = SMALL + (byte - SMALL) * HALF + text.charCodeAt(index) - FIRST;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}
