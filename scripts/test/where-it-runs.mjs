/** The table in `docs/where-it-runs.md`. `npm run test:matrix` compares it with its results, or writes it with `--write`. */
import { readFileSync, writeFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";

const FILE = at("docs", "where-it-runs.md");

const HEAD = ["| set-up | tried with | result |", "|---|---|---|"];

/** @typedef {{ name: string, versions: string, result: "runs" | "fails" }} Row */

/** @param {Row[]} rows */
export function writeTable(rows) {
  const lines = rows.map(({ name, versions, result }) => `| ${name} | ${versions} | ${result} |`);
  const [before, , after] = parts();
  writeFileSync(FILE, [before, [...HEAD, ...lines, ""].join("\n"), after].join(""));
}

/**
 * The rows in which the table differs from a run. Versions may differ, since each run installs the newest versions.
 *
 * @param {Row[]} rows @returns {string[]}
 */
export function differences(rows) {
  const [, table] = parts();
  const written = new Map(
    [...table.matchAll(/^\| (.+?) \| .* \| (runs|fails) \|$/gm)].map(([, name, result]) => [name, result]),
  );
  const found = rows.filter(({ name, result }) => written.get(name) !== result);
  return found.map(({ name, result }) => `${name} ${result}, but the table has: ${written.get(name) ?? "no such row"}`);
}

/** The names in the table that are not names of set-ups. @param {string[]} names @returns {string[]} */
export function strangers(names) {
  const [, table] = parts();
  const written = [...table.matchAll(/^\| (.+?) \| .* \| (?:runs|fails) \|$/gm)].map(([, name]) => name);
  return written.filter((name) => !names.includes(name));
}

/** The text before the table, the table, and the text behind it. */
function parts() {
  const text = readFileSync(FILE, "utf8");
  const [begin, end] = [text.indexOf(HEAD[0]), text.indexOf("\n\n", text.indexOf(HEAD[0]))];
  return [text.slice(0, begin), text.slice(begin, end + 1), text.slice(end + 1)];
}
