/** UTF-8 without `TextEncoder`, as in plain jsdom. */
import assert from "node:assert/strict";
import { test } from "node:test";

const TEXTS = ["", "data: x", "grün 🎉", "\ud83c", "a\udf89\ud83cb", "\ufeff\0\u{10ffff}"];
const expected = TEXTS.map((text) => new TextEncoder().encode(text));

Reflect.deleteProperty(globalThis, "TextEncoder");
const { encode, encodeInto } = await import("../../../npm/engine/utf8.js");

test("without TextEncoder, the bytes equal the bytes of TextEncoder", () => {
  assert.deepEqual(
    TEXTS.map((text) => Uint8Array.from(encode(text))),
    expected,
  );
});

test("the bytes are written into a room that is larger", () => {
  for (const [index, text] of TEXTS.entries()) {
    const room = new Uint8Array(64);
    const length = encodeInto(text, room);
    assert.deepEqual(room.subarray(0, length), expected[index]);
  }
});
