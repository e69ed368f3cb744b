import type { SchemaIssue, StandardSchema } from "../types/standard-schema.js";

/**
 * A payload is JSON, but not what its schema wants: the `cause` of a `DecodeError`.
 *
 * @example
 * source.on("update", ({ percent }) => show(percent));
 * source.addEventListener("decodeerror", ({ error: { cause } }) => {
 *   if (cause instanceof SchemaError) for (const { path, message } of cause.issues) console.warn(path, message);
 * });
 */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  /** All that is wrong. */
  readonly issues: readonly SchemaIssue[];

  /** @internal */
  constructor(option: string, issues: readonly SchemaIssue[]) {
    super(`the data does not match the schema in '${option}': ${issues[0]?.message}; see all issues in the error`);
    this.issues = issues;
  }
}

/** Whether something that may be a schema is one: arktype's are functions. */
export function isSchema(value: unknown): value is StandardSchema {
  return typeof (value as Partial<StandardSchema> | null | undefined)?.["~standard"]?.validate === "function";
}

/** The output of the schema that is given as `option`. */
export function validated(schema: StandardSchema, value: unknown, option: string): unknown {
  const result = schema["~standard"].validate(value);
  if ("then" in result) {
    // Nobody waits for it.
    result.then(undefined, () => {});
    throw new TypeError(
      `the schema in '${option}' is async, but payloads are decoded at once: take the async checks out, and await them in the listener`,
    );
  }
  if (result.issues) throw new SchemaError(option, result.issues);
  return result.value;
}
