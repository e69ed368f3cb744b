import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { entries } from "../build/entries.mjs";
import { at } from "../lib/paths.mjs";

/**
 * The limit of each entry in KiB: its module and the modules that it imports, each compressed by brotli. The goals of the
 * design are 24 and 25.5, and 8 for `./shared` beside the main entry; the parser's two entries have the goals as their limits.
 * `benches/NOTES.md`, "Size", has the cost of each rule beyond the goals.
 */
export const LIMITS = {
  index: 30.5,
  "compat/fetch-event-source": 32,
  parser: 8.5,
  "parser/stream": 8.75,
  js: 41,
  "parser/js": 13,
  "shared/shared-event-source": 43,
  testing: 2,
};

/**
 * The limit in KiB of a bundled application that uses one export of the main entry and nothing else. The goals of the design
 * are 20.5, 21.75 and 3.75.
 */
export const LIMITS_ALONE = { events: 27.75, FetchEventSource: 29, EventSource: 3.75 };

/** Prints the size of each entry, and of applications with one export, and compares it with its limit. */
export async function checkSizes() {
  const checks = [];
  for (const name of Object.keys(entries())) {
    const size = modulesOf(`${name}.js`).reduce((sum, module) => sum + compressed(read(module)), 0);
    checks.push(check(`dist/${name}.js`, size, LIMITS[name]));
  }
  for (const [name, limit] of Object.entries(LIMITS_ALONE)) {
    checks.push(check(`${name} alone`, compressed(await application(name)), limit));
  }
  const complaints = checks.filter((complaint) => complaint !== undefined);
  const failed = complaints.length;
  return { passed: checks.length - failed, failed, skipped: 0, output: complaints.join("\n") };
}

/** Prints a size, and returns a complaint if it is over the limit. @param {number} bytes @param {number} limit in KiB */
function check(what, bytes, limit) {
  const isWithin = bytes / 1024 <= limit;
  const line = `${what}: ${(bytes / 1024).toFixed(2)} KiB brotli, of ${limit}`;
  console.log(`  ${isWithin ? "✓" : "✗"} ${line}`);
  return isWithin ? undefined : `${line}: too large`;
}

/** The code of an application that only re-exports one name, bundled as Vite and other bundlers do. */
async function application(name) {
  // Imported here, since the package exists only after npm ci.
  const { rolldown } = await import("rolldown");
  const code = `export { ${name} } from ${JSON.stringify(at("dist", "index.js"))};`;
  const entry = "application";
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    plugins: [
      {
        name: entry,
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  return output[0].code;
}

/** The paths in `dist/` of a module and of all modules that it imports. */
function modulesOf(entry) {
  const modules = [entry];
  for (const module of modules) {
    const imports = read(module).matchAll(/\b(?:from|import)\s*["'](\..+?)["']/g);
    for (const [, specifier] of imports) {
      const imported = join(dirname(module), specifier);
      if (!modules.includes(imported)) modules.push(imported);
    }
  }
  return modules;
}

const read = (module) => readFileSync(at("dist", module), "utf8");

const compressed = (code) => brotliCompressSync(code).length;
