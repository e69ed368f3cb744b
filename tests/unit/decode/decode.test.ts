import assert from "node:assert/strict";
import { test } from "node:test";
import { decoder } from "../../../npm/decode/decode.js";
import { SchemaError } from "../../../npm/decode/schema.js";
import type { SchemaResult, StandardSchema } from "../../../npm/types/standard-schema.js";

/** A schema of numbers, or with another `validate` function. */
function numbers(validate?: (value: unknown) => SchemaResult<number> | Promise<SchemaResult<number>>): StandardSchema {
  const own = (value: unknown): SchemaResult<number> =>
    typeof value === "number" ? { value } : { issues: [{ message: "no number" }, { message: "not at all" }] };
  return { "~standard": { version: 1, vendor: "test", validate: validate ?? own } };
}

test("a single decoder is for all events; an event without a decoder for its name has its data as a string", () => {
  assert.equal(decoder(undefined)("update", "1"), "1");
  assert.deepEqual(decoder("json")("anything", "[1]"), [1]);
  const byName = decoder({ update: "json", tick: Number });
  assert.deepEqual([byName("update", "1"), byName("tick", "2"), byName("message", "3")], [1, 2, "3"]);
});

test("an event named like a method of Object has no decoder of that name", () => {
  for (const name of ["constructor", "toString", "__proto__"])
    assert.equal(decoder({ update: "json" })(name, "x"), "x");
});

test("a schema that is a function is a schema", () => {
  const schema = Object.assign(() => assert.fail("the schema was called as a decoder"), numbers()) as StandardSchema;
  assert.equal(decoder(schema)("message", "7"), 7);
});

test("a payload that its schema refuses throws all issues, and the message names the option", () => {
  assert.throws(
    () => decoder({ update: numbers() })("update", '"x"'),
    (error) => {
      assert(error instanceof SchemaError);
      assert.match(error.message, /'decode\.update'.*no number/);
      assert.deepEqual(
        error.issues.map(({ message }) => message),
        ["no number", "not at all"],
      );
      return true;
    },
  );
});

test("an async schema is refused, and its rejection is no unhandled rejection", async () => {
  const late = numbers(() => Promise.reject(new Error("late")));
  assert.throws(() => decoder(late)("message", "1"), /schema in 'decode' is async/);
  await new Promise((resolve) => setImmediate(resolve));
});
