import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../../npm/engine/hex.js";

const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const TEXT = Buffer.from(ALL).toString("hex");

const native = Object.getOwnPropertyDescriptor(Uint8Array, "fromHex");

test("hexadecimal digits become all bytes where the runtime has no fromHex", () => {
  Reflect.deleteProperty(Uint8Array, "fromHex");
  try {
    assert.deepEqual(fromHex(TEXT), ALL);
    assert.deepEqual(fromHex(""), new Uint8Array());
  } finally {
    if (native) Object.defineProperty(Uint8Array, "fromHex", native);
  }
});

test("the runtime's own fromHex is called where there is one", () => {
  const value = (text: string) => Uint8Array.of(text.length);
  Object.defineProperty(Uint8Array, "fromHex", { value, configurable: true });
  try {
    assert.deepEqual(fromHex("0061"), Uint8Array.of(4));
  } finally {
    if (native) Object.defineProperty(Uint8Array, "fromHex", native);
    else Reflect.deleteProperty(Uint8Array, "fromHex");
  }
});
