/**
 * A [Standard Schema](https://standardschema.dev), as zod, valibot, arktype and others make them, by what is used of it.
 *
 * @example
 * const update: StandardSchema<{ percent: number }> = z.object({ percent: z.number() });
 * const source = new FetchEventSource("/events", { decode: { update } });
 * source.on("update", ({ percent }) => console.log(percent));
 */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Only for the compiler. */
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/**
 * What a schema says of a value: the output, or what is wrong.
 *
 * @example
 * const isPercent = (value: unknown): SchemaResult<number> =>
 *   typeof value === "number" && value <= 100 ? { value } : { issues: [{ message: "no percentage" }] };
 * console.log(isPercent(50), isPercent("half"));
 */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * One thing that is wrong with a value.
 *
 * @example
 * const line = ({ path, message }: SchemaIssue) => `${path?.join(".")}: ${message}`;
 * source.on("update", ({ percent }) => show(percent), {
 *   onError({ cause }) {
 *     if (cause instanceof SchemaError) log(cause.issues.map(line));
 *   },
 * });
 */
export interface SchemaIssue {
  /** For people. */
  readonly message: string;
  /** Where it is, from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

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
    super(`the data is not what the schema in '${option}' wants, see issues: ${issues[0]?.message}`);
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
      `the schema in '${option}' is async, but payloads are decoded at once: leave out what is async, and await it in the listener`,
    );
  }
  if (result.issues) throw new SchemaError(option, result.issues);
  return result.value;
}
