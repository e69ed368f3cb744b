import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { at, work } from "../../scripts/lib/paths.mjs";

/**
 * Bundles a benchmark's module with the compared libraries into one file, so that all runtimes run the same code, also if a
 * build changes `dist/` meanwhile.
 *
 * @param {string} bench the benchmark's folder
 * @param {string} module
 * @returns {Promise<string>} the file's path
 */
export async function bundle(bench, module) {
  // Imported here, since the package exists only after npm ci.
  const { rolldown } = await import("rolldown");
  const folder = join(work, "bench");
  mkdirSync(folder, { recursive: true });
  const input = { [bench]: at("benches", bench, module) };
  const bundle = await rolldown({ input, platform: "browser" });
  await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].mjs" });
  await bundle.close();
  return join(folder, `${bench}.mjs`);
}
