/**
 * Checks that `docs/typescript-and-rust.md` has each option and method of TypeScript, and names only functions that exist in
 * Rust; and that `docs/guides/options-by-need.md` has each option.
 */
import { readdirSync, readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";

const read = (...path) => readFileSync(at(...path), "utf8");

/** The types whose properties are options. */
const OPTIONS = ["RequestOptions", "ReconnectOptions", "DecodeOptions", "EventsInit"];

/** Matches the public properties and methods of a source, without the standard's constants and the setters of its handlers. */
const MEMBER = /^ {2}(?:get |static |override )?(?:readonly )?([a-zA-Z]+)(?:<.*)?(?:\(|[:?].*;$)/gm;

const types = read("npm", "types", "types.ts");
const options = OPTIONS.flatMap((name) => {
  const body =
    new RegExp(`^export (?:interface|type) ${name}\\b([\\s\\S]*?)^(?:export|/\\*\\*)`, "m").exec(types)?.[1] ?? "";
  return [...body.matchAll(/^ +([a-zA-Z]+)\?:/gm)].map(([, property]) => property);
});

const source = read("npm", "source", "fetch-event-source.ts");
const members = [...source.matchAll(MEMBER)]
  .map(([, name]) => name)
  .filter((name) => !["constructor", "if", "for", "reason"].includes(name));

/**
 * The rows of the tables: a cell for TypeScript, one for the crate and, except in the last table, one for
 * `eventsource-reqwest`.
 */
const rows = [...read("docs", "typescript-and-rust.md").matchAll(/^\| (.+) \|$/gm)].map(([, row]) => row.split(" | "));
const named = new Set(
  rows.flatMap(([typescript]) => [...typescript.matchAll(/`([a-zA-Z]+)`/g)].map(([, name]) => name)),
);

const rustOf = (...folder) =>
  readdirSync(at(...folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".rs"))
    .map((file) => read(...folder, file))
    .join("\n");
const faces = [
  { face: "Rust", rust: rustOf("src") },
  { face: "eventsource-reqwest", rust: rustOf("native", "src") },
];

const complaints = [];
if (options.length === 0 || members.length === 0 || rows.length === 0)
  complaints.push("no option, method or row was found");
for (const name of new Set([...options, ...members])) if (!named.has(name)) complaints.push(`${name} has no row`);
for (const [, ...cells] of rows) {
  for (const [index, cell] of cells.entries()) {
    const { face, rust } = faces[index];
    if (/^(no: |Rust$)/.test(cell)) continue;
    for (const [, name] of cell.matchAll(/`([a-z_]+)`/g)) {
      if (!new RegExp(`\\b(fn|pub mod) ${name}\\b`).test(rust)) complaints.push(`${face} has no ${name}`);
    }
  }
}
const guide = read("docs", "guides", "options-by-need.md");
for (const name of options) {
  if (!new RegExp(`\\b${name}\\b`).test(guide)) complaints.push(`docs/guides/options-by-need.md has no ${name}`);
}
for (const complaint of complaints) console.error(`In the docs: ${complaint}`);
process.exitCode = complaints.length > 0 ? 1 : 0;
