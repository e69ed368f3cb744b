import { encode } from "./utf8.js";

/** Browsers have it since 2025. */
interface FromHex {
  fromHex?(text: string): Uint8Array<ArrayBuffer>;
}

/** Decodes hexadecimal digits in lower case, two for each byte. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return (Uint8Array as FromHex).fromHex?.(text) ?? decoded(text);
}

function decoded(text: string): Uint8Array<ArrayBuffer> {
  // The loop runs once and is interpreted, so reading bytes is much cheaper than reading characters.
  const digits = encode(text).map((digit) => (digit & 15) + (digit >> 6) * 9);
  return new Uint8Array(text.length / 2).map(
    (_, index) => (digits[index * 2] as number) * 16 + (digits[index * 2 + 1] as number),
  );
}
