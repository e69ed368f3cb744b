/** The task of `docs/site/typedoc.mjs`. */
export interface Work {
  /** Declaration files, by what they are imported as. */
  entries: Record<string, string>;
  /** The program that these are in. */
  tsconfig: string;
  /** The folder of the pages. */
  out: string;
  /** The first page, in Markdown. */
  readme: string;
  /** Further pages, in Markdown. */
  documents: string[];
  version: string;
  /** Where the crate's documentation is, from the first page. */
  rust: string;
  /** The file that is to have the examples, `Examples` as JSON. */
  examples: string;
}

export interface Examples {
  examples: { of: string; entry: string; code: string }[];
  /** The names that each entry exports. */
  exports: Record<string, string[]>;
}
