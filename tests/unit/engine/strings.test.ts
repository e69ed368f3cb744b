/** Strings as in browsers, which have no `Buffer`. The tests of the package cover strings in Node. */
import assert from "node:assert/strict";
import { test } from "node:test";

const { Buffer } = globalThis;
Reflect.deleteProperty(globalThis, "Buffer");
const { stringsOf, viewOf } = await import("../../../npm/engine/strings.js");

/** The number of strings after which the builtins are compiled. */
const MANY = 64;

const memory = new WebAssembly.Memory({ initial: 16 });
const bytes = viewOf(memory.buffer as ArrayBuffer);

/** Writes text as UTF-16, and returns the offset of its end. */
function write(text: string, start: number): number {
  const encoded = Buffer.from(text, "utf16le");
  bytes.set(encoded, start);
  return start + encoded.length;
}

test("without WebAssembly builtins for strings, a TextDecoder makes strings", (t) => {
  const { mock } = t.mock.method(WebAssembly, "Module", function Module() {
    throw new TypeError("unknown import");
  });
  const { ascii, utf16 } = stringsOf(memory);
  bytes.set(Buffer.from("data"), 8);
  for (let count = 0; count <= MANY; count += 1) assert.equal(ascii(bytes, 8, 12), "data");
  assert.equal(utf16(bytes, 64, write("grün 🎉", 64)), "grün 🎉");
  assert.equal(mock.callCount(), 1);
});

test("a byte order mark at the start of a text is part of it", () => {
  assert.equal(stringsOf(memory).utf16(bytes, 64, write("\ufeffdata", 64)), "\ufeffdata");
});

test("the builtins get lengths in UTF-16 units, and only short texts, as the decoder is faster for long texts", (t) => {
  const calls: [string, number, number][] = [];
  const builtin = (name: string) => (start: number, length: number) => {
    calls.push([name, start, length]);
    return "";
  };
  const exports = { ascii: builtin("ascii"), utf16: builtin("utf16") };
  t.mock.method(WebAssembly, "Module", function Module() {});
  t.mock.method(WebAssembly, "Instance", function Instance() {
    return { exports };
  });
  const { ascii, utf16 } = stringsOf(memory);
  for (let count = 1; count < MANY; count += 1) assert.equal(ascii(bytes, 8, 12), "data");
  assert.deepEqual(calls, [], "the builtins were compiled for a few strings");
  ascii(bytes, 8, 12);
  utf16(bytes, 64, 72);
  assert.equal(ascii(bytes, 0, 448).length, 448);
  assert.equal(utf16(bytes, 0, 2 ** 18).length, 2 ** 17);
  assert.deepEqual(calls, [
    ["ascii", 8, 4],
    ["utf16", 64, 4],
  ]);
});
