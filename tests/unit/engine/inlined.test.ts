import assert from "node:assert/strict";
import { test } from "node:test";
import { fromText } from "../../../npm/engine/inlined.js";
import { toText } from "../../../scripts/build/inlined.mjs";

const ALL = Uint8Array.from({ length: 256 * 2 }, (_, index) => (index * 129) % 256);

test("any bytes that the build turns into text are restored", () => {
  assert.deepEqual(new Set(ALL).size, 256);
  assert.deepEqual(fromText(toText(ALL)), ALL);
  assert.deepEqual(fromText(toText(new Uint8Array())), new Uint8Array());
});

test("the text is ASCII without quotation marks and control characters, so that no charset or minifier changes it", () => {
  assert.match(toText(ALL), /^[\x23-\x7e]+$/);
});
