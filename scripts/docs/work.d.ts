/** The task of `docs/site/typedoc.mjs`. */
export interface Work {
  /** Declaration files, by import specifier. */
  entries: Record<string, string>;
  /** The tsconfig.json of the declaration files. */
  tsconfig: string;
  /** The folder of the site. */
  out: string;
  /** The first page, in Markdown. */
  readme: string;
  /** Further pages, in Markdown. */
  documents: string[];
  version: string;
  /** The path of the crate's documentation, relative to the first page. */
  rust: string;
  /** The file that receives the examples: `Examples` as JSON. */
  examples: string;
}

export interface Examples {
  examples: { of: string; entry: string; code: string }[];
  /** The names that each entry exports. */
  exports: Record<string, string[]>;
}
