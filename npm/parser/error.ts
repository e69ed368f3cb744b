/**
 * The type of an error that a parser reports.
 *
 * @example
 * const isFatal = (type: ErrorType) => type === "max-buffer-size-exceeded";
 * const parser = createParser({ onError: ({ type }) => console.warn(type, isFatal(type)) });
 * parser.feed("retry: soon\n\n");
 */
export type ErrorType = "invalid-retry" | "unknown-field" | "max-buffer-size-exceeded";

/**
 * The error that `onError` gets. The standard ignores lines with unknown fields or values, and so does the parser; only
 * `max-buffer-size-exceeded` stops it.
 *
 * @example
 * const parser = createParser({ onError: (error) => console.warn(error.type, error.line) });
 * parser.feed("hello: world\n\n");
 */
export class ParseError extends Error {
  /** The type of the error. */
  type: ErrorType;
  /** The name of an unknown field. */
  field?: string | undefined;
  /** The value of an unknown field or of the invalid `retry`. */
  value?: string | undefined;
  /** The whole line of an unknown field or an invalid `retry`. */
  line?: string | undefined;

  constructor(message: string, options: { type: ErrorType; field?: string; value?: string; line?: string }) {
    super(message);
    this.name = "ParseError";
    this.type = options.type;
    this.field = options.field;
    this.value = options.value;
    this.line = options.line;
  }
}
