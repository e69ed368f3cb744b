/** Compiles the option `decode` to one function. */

import type { AnyDecode, Decoder } from "../types/types.js";
import { isSchema, validated } from "./schema.js";

type DecodeData = (data: string) => unknown;

/** Makes the function that decodes payloads. It throws the errors of the user's decoder. */
export function decoder(decode: AnyDecode | undefined): (type: string, data: string) => unknown {
  if (decode === undefined) return (_type, data) => data;
  if (isDecoder(decode)) {
    const one = compiled(decode, "decode");
    return (_type, data) => one(data);
  }
  const perName = new Map<string, DecodeData>();
  for (const [name, one] of Object.entries(decode)) if (one) perName.set(name, compiled(one, `decode.${name}`));
  return (type, data) => {
    const one = perName.get(type);
    return one ? one(data) : data;
  };
}

/** Whether `decode` is one decoder, not an object of decoders by event name. */
export function isDecoder(value: unknown): value is Decoder<unknown> {
  return value === "json" || typeof value === "function" || isSchema(value);
}

function compiled(decoder: Decoder<unknown>, option: string): DecodeData {
  if (decoder === "json") return (data) => JSON.parse(data);
  if (isSchema(decoder)) return (data) => validated(decoder, JSON.parse(data), option);
  return decoder;
}
