/** `npm/engine/inlined.ts` and `npm/engine/unpack.wat`, which read the text, have these numbers, too. */
const FIRST = 35;
const SMALL = 90;
const HALF = 83;

/**
 * WebAssembly as ASCII text. Most of its bytes are small: they take one character, the others two. Compressed for the wire
 * this is 3% more than the bytes themselves; hex is 8%, and base64, which cuts bytes in three, 32%. A character beyond ASCII
 * for each large byte would gain nothing, and would be lost where a page is served with another charset.
 *
 * @param {Uint8Array} bytes
 */
export function toText(bytes) {
  const character = (code) => String.fromCharCode(FIRST + code);
  const texts = Array.from(bytes, (byte) => {
    const large = byte - SMALL;
    return large < 0 ? character(byte) : character(SMALL + Math.floor(large / HALF)) + character(large % HALF);
  });
  return texts.join("");
}
