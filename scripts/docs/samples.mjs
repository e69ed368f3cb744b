/** The code samples of the README, the start page of the docs and the guides. */
import { readdirSync, readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";

/** The texts with samples, as paths in the checkout. */
export function texts() {
  const guides = readdirSync(at("docs", "guides")).filter((file) => file.endsWith(".md"));
  return ["README.md", "docs/site/index.md", ...guides.map((file) => `docs/guides/${file}`)];
}

/**
 * The samples of one text. `ts` is type-checked; `ts run` is also run in Chromium, where all of its code must run.
 *
 * @param {string} file @returns {{ name: string, language: string, runs: boolean, code: string }[]} `name`: file and number
 */
export function samplesOf(file) {
  const text = readFileSync(at(file), "utf8");
  return [...text.matchAll(/^```(\w+)(.*)\n([\s\S]*?)^```$/gm)].map(([, language, rest, code], index) => ({
    name: `${file.replace(/^docs\//, "").replaceAll("/", "_")}.${index + 1}`,
    language,
    runs: rest.trim() === "run",
    code: code.trimEnd(),
  }));
}
