/** Keep these numbers equal to those of `npm/engine/inlined.ts` and `npm/engine/unpack.wat`, which decode the text. */
const FIRST = 35;
const SMALL = 90;
const HALF = 83;

/**
 * Encodes WebAssembly as ASCII text. Most bytes are small and take one character; the others take two. After compression the
 * text is 3% larger than the bytes; hex is 8% larger, and base64, which splits bytes, 32%. One non-ASCII character per large
 * byte would not be smaller, and would break where a page is served with another charset.
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
