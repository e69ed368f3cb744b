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
