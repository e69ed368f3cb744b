import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { run } from "../lib/command.mjs";
import { at, npmProgram, work } from "../lib/paths.mjs";
import { WASM } from "../setup/rust.mjs";
import { writeExamples } from "./examples.mjs";
import { writeGuidePages, writeStartPages } from "./guides.mjs";
import { compareInterface } from "./interface.mjs";
import { writeRecipePages } from "./recipes.mjs";

/** The folder of the site. */
export const site = at("target", "docs");

/** The folder of the crate's documentation in the site, and its start page. */
const RUST = "rust";
const RUST_START = `${RUST}/eventsource_wasm/index.html`;

const made = join(work, "docs");

/**
 * The declaration file of each entry, by its import specifier. The package exports each source as a type and a constructor of
 * one name, and typedoc would make two pages without methods. These declarations export the classes instead, as `typedoc.mjs`
 * expects.
 */
function declarations() {
  const folder = join(made, "declarations");
  rmSync(folder, { recursive: true, force: true });
  cpSync(at("dist"), folder, { recursive: true, filter: (file) => !file.endsWith(".js") });
  const index = join(folder, "index.d.ts");
  const text = readFileSync(index, "utf8").replaceAll(/\b(Typed\w+) as \w+/g, "$1");
  const classes = `export { EventSource } from "./source/event-source.js";\nexport { FetchEventSource } from "./source/fetch-event-source.js";\n`;
  writeFileSync(index, text + classes);
  const shared = join(folder, "shared", "shared-event-source.d.ts");
  writeFileSync(shared, readFileSync(shared, "utf8").replace(/\b(Typed\w+) as (\w+)/, "$1, $2"));
  cpSync(at("docs", "site", "tsconfig.json"), join(folder, "tsconfig.json"));

  const { name, exports } = manifest();
  // The entries without WebAssembly export the same names, so the reference leaves them out.
  const typed = Object.entries(exports).filter(([entry, { types }]) => types !== undefined && !/\/js$/.test(entry));
  return Object.fromEntries(
    typed.map(([entry, { types }]) => [name + entry.slice(1), join(folder, types.replace("./dist/", ""))]),
  );
}

/**
 * Compares the public interface of the npm package with `docs/interface/typescript.txt`. `UPDATE_INTERFACE=1` writes the file.
 *
 * @returns {Promise<{ passed: number, failed: number, skipped: number, output: string }>}
 */
export async function checkInterface() {
  const { name, exports } = manifest();
  const typed = Object.entries(exports).filter(([, { types }]) => types !== undefined);
  const entries = Object.fromEntries(typed.map(([entry, { types }]) => [name + entry.slice(1), at(types)]));
  const list = join(made, "entries.json");
  writeFileSync(list, JSON.stringify(entries));
  const { stdout } = await run(process.execPath, [at("docs", "site", "public-interface.mjs"), list]);
  return compareInterface("typescript.txt", `${stdout.trimEnd()}\n`);
}

const manifest = () => JSON.parse(readFileSync(at("package.json"), "utf8"));

/**
 * Writes the pages by typedoc, as a check that fails when an export, an option or a method has no docs, or when an exported
 * type or function has no example.
 *
 * @returns {import("../test/checks.mjs").Check}
 */
export function typedoc() {
  mkdirSync(made, { recursive: true });
  const file = join(made, "work.json");
  const recipes = writeRecipePages(join(made, "recipes"));
  const { guides, chinese } = writeGuidePages(made);
  const start = writeStartPages(made, { guides, chinese, recipes });
  /** @type {import("./work.d.ts").Work} */
  const task = {
    entries: declarations(),
    tsconfig: join(made, "declarations", "tsconfig.json"),
    out: site,
    readme: start.readme,
    documents: [...guides, ...recipes, start.page, ...chinese].map(({ page }) => page),
    version: manifest().version,
    rust: RUST_START,
    examples: join(made, "examples.json"),
  };
  writeFileSync(file, JSON.stringify(task));
  return {
    name: "typedoc: every export has docs",
    program: process.execPath,
    args: [at("docs", "site", "typedoc.mjs"), file],
  };
}

/** The full-text index of the pages that typedoc has written. @returns {import("../test/checks.mjs").Check} */
export function searchIndex() {
  return {
    name: "pagefind: the pages can be searched",
    program: process.execPath,
    args: [at("docs", "site", "search-index.mjs"), site],
  };
}

/** The check that the examples compile. typedoc must have found them before. @returns {import("../test/checks.mjs").Check} */
export function examplesCompile() {
  const folder = join(made, "examples");
  const count = writeExamples(join(made, "examples.json"), folder);
  return { name: `tsc: the ${count} examples compile`, program: npmProgram("tsc"), args: ["-p", folder] };
}

/** Adds the crate's documentation to the site. @param {(line: string) => void} note */
export async function addRust(note, env) {
  await run("cargo", ["doc", "--no-deps", "--all-features", "--target", WASM], { env, onLine: note });
  rmSync(join(site, RUST), { recursive: true, force: true });
  const target = process.env.CARGO_TARGET_DIR ?? at("target");
  cpSync(join(target, WASM, "doc"), join(site, RUST), { recursive: true });
}

/** Dead links of the pages, as `page: link`. `cargo doc` checks the links within the crate's pages. */
export function deadLinks({ hasRust }) {
  const dead = [];
  const pages = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
  for (const page of pages.filter((file) => !file.startsWith(`${RUST}/`))) {
    for (const [, link] of readFileSync(join(site, page), "utf8").matchAll(/href="([^"#?:]+)[^":]*"/g)) {
      const target = join(site, dirname(page), decodeURI(link));
      const isRust = relative(site, target).startsWith(`${RUST}/`);
      if (!existsSync(target) && (hasRust || !isRust)) dead.push(`${page}: ${link}`);
    }
  }
  return dead;
}
