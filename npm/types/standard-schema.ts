/**
 * A [Standard Schema](https://standardschema.dev), as zod, valibot, arktype and others make them. Only the members that this
 * package uses are declared.
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
    /** The types of the input and the output, for the compiler only. */
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/**
 * The result of a validation: the output, or the issues.
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
 * One reason why a schema refuses a value.
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
  /** The reason, for people. */
  readonly message: string;
  /** The place in the value, from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
