import type { SchemaIssue, StandardSchema } from "../types/standard-schema.js";

/**
 * The `cause` of a `DecodeError` whose payload is JSON, but does not match the schema.
 *
 * @example
 * source.on("update", ({ percent }) => show(percent));
 * source.addEventListener("decodeerror", ({ error: { cause } }) => {
 *   if (cause instanceof SchemaError) for (const { path, message } of cause.issues) console.warn(path, message);
 * });
 */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  /** All issues that the schema found. */
  readonly issues: readonly SchemaIssue[];

  /** @internal */
  constructor(option: string, issues: readonly SchemaIssue[]) {
    super(`the data does not match the schema in '${option}': ${issues[0]?.message}; see all issues in the error`);
    this.issues = issues;
  }
}

/** Whether a value is a Standard Schema: an object, or a function as in arktype. */
export function isSchema(value: unknown): value is StandardSchema {
  return typeof (value as Partial<StandardSchema> | null | undefined)?.["~standard"]?.validate === "function";
}

/** Validates a value, and returns the output of the schema. `option` is the name of the option that has the schema. */
export function validated(schema: StandardSchema, value: unknown, option: string): unknown {
  const result = schema["~standard"].validate(value);
  if ("then" in result) {
    // Nobody awaits the result: a rejection must not count as unhandled.
    result.then(undefined, () => {});
    throw new TypeError(
      `the schema in '${option}' is async, but payloads are decoded at once: take the async checks out, and await them in the listener`,
    );
  }
  if (result.issues) throw new SchemaError(option, result.issues);
  return result.value;
}
