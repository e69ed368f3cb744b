import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { entries } from "../build/entries.mjs";
import { at } from "../lib/paths.mjs";

/** What an entry may take on the wire, in KiB: its module and those that it imports, each compressed by brotli. */
const LIMITS = { index: 23.5, "microsoft/fetch-event-source": 21, parser: 8.75, "parser/stream": 9, testing: 3 };

/** Prints what each entry takes. */
export function checkSizes() {
  const complaints = [];
  for (const name of Object.keys(entries())) {
    const size = modulesOf(`${name}.js`).reduce((sum, module) => sum + compressed(module), 0) / 1024;
    const isWithin = size <= LIMITS[name];
    const line = `dist/${name}.js: ${size.toFixed(2)} KiB brotli, of ${LIMITS[name]}`;
    console.log(`  ${isWithin ? "✓" : "✗"} ${line}`);
    if (!isWithin) complaints.push(`${line}: too large`);
  }
  const failed = complaints.length;
  return { passed: Object.keys(entries()).length - failed, failed, skipped: 0, output: complaints.join("\n") };
}

/** The module and all that it imports, by their paths in `dist/`. */
function modulesOf(entry) {
  const modules = [entry];
  for (const module of modules) {
    const imports = readFileSync(at("dist", module), "utf8").matchAll(/\b(?:from|import)\s*["'](\..+?)["']/g);
    for (const [, specifier] of imports) {
      const imported = join(dirname(module), specifier);
      if (!modules.includes(imported)) modules.push(imported);
    }
  }
  return modules;
}

const compressed = (module) => brotliCompressSync(readFileSync(at("dist", module))).length;
