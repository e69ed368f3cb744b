/** Checks `tests/scenarios.md`: each row names a test or a reason, each path exists, and each named test is in its file. */
import { existsSync, readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";

/** The prefix of a reason, in rows without a test. */
const NO_TEST = "No test: ";

/** @param {string} text the tables @returns {string[]} complaints */
function findUntrue(text) {
  const rows = [...text.matchAll(/^\| ([A-Z]\d+) \|.* \| ([^|]+) \|$/gm)];
  if (rows.length === 0) return ["there is no row"];
  return rows.flatMap(([, id, cell]) => complaints(cell).map((complaint) => `${id}: ${complaint}`));
}

/** The complaints about one cell. In a cell, a path in backticks is followed by the names of tests in that file. */
function complaints(cell) {
  if (cell.startsWith(NO_TEST)) return [];
  let path = "";
  let file = "";
  const found = [];
  const spans = [...cell.matchAll(/`([^`]+)`/g)].map(([, span]) => span);
  if (spans.length < 2) found.push("the row names neither a test nor a reason");
  for (const span of spans) {
    if (/^tests\/\S+\.\w+$/.test(span)) {
      path = span;
      file = existsSync(at(path)) ? readFileSync(at(path), "utf8") : "";
      if (file === "") found.push(`there is no ${path}`);
    } else if (![`fn ${span}(`, `"${span}"`, `\`${span}\``].some((name) => file.includes(name))) {
      found.push(`${path} has no test "${span}"`);
    }
  }
  return found;
}

const untrue = findUntrue(readFileSync(at("tests", "scenarios.md"), "utf8"));
for (const complaint of untrue) console.error(complaint);
process.exitCode = untrue.length > 0 ? 1 : 0;
