/**
 * The Chinese pages, in `docs/zh/`: one for the start page and one for each guide. They have the headings, rows, names and code
 * of the English pages.
 */
import { existsSync, readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";
import { texts } from "./samples.mjs";

/** The Chinese page of an English one, both as paths in `docs/`. @param {string} file */
export const chineseOf = (file) => (file === "site/index.md" ? "zh/index.md" : `zh/${file}`);

/** A sentence for each Chinese page that is missing, or that differs in structure from the current English page. */
export function staleTranslations() {
  return texts()
    .filter((file) => file.startsWith("docs/"))
    .flatMap((file) => complaintOf(file, `docs/${chineseOf(file.replace(/^docs\//, ""))}`) ?? []);
}

/** @returns {string | undefined} */
function complaintOf(english, chinese) {
  if (!existsSync(at(chinese))) return `${english} has no Chinese page: write ${chinese}.`;
  const [original, translation] = [english, chinese].map((file) => partsOf(readFileSync(at(file), "utf8")));
  const place = original.code.findIndex((block, index) => block !== translation.code[index]);
  if (place >= 0)
    return `${chinese}: code block ${place + 1} differs from that of ${english}. Copy the block, comments included.`;
  if (translation.code.length > original.code.length)
    return `${chinese} has ${translation.code.length} code blocks, ${english} has ${original.code.length}.`;
  if (translation.levels.join() !== original.levels.join())
    return `${chinese} has headings of the levels ${translation.levels.join(" ")}, ${english} of ${original.levels.join(" ")}. Translate what changed.`;
  if (translation.rows !== original.rows)
    return `${chinese} has ${translation.rows} rows and list items, ${english} has ${original.rows}. Translate what changed.`;
  const missing = [...original.names].find((name) => !translation.names.has(name));
  if (missing) return `${chinese} does not have ${missing}, which ${english} has. Translate what changed.`;
  const extra = [...translation.names].find((name) => !original.names.has(name));
  if (extra) return `${chinese} has ${extra}, which ${english} does not have. Translate what changed.`;
}

/**
 * The parts of a page that a translation keeps: code blocks, heading levels, number of rows and list items, and inline code.
 */
function partsOf(text) {
  const blocks = /^```[\s\S]*?^```$/gm;
  const prose = text.replaceAll(blocks, "");
  return {
    code: text.match(blocks) ?? [],
    levels: (prose.match(/^#+(?= )/gm) ?? []).map((marks) => marks.length),
    rows: (prose.match(/^[|-] /gm) ?? []).length,
    names: new Set(prose.match(/`[^`\n]+`/g) ?? []),
  };
}
