import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { at, work } from "../../scripts/lib/paths.mjs";

/**
 * Makes one file of a benchmark's module and the libraries that it compares, so that every runtime runs the same code,
 * and a build meanwhile changes nothing.
 *
 * @param {string} bench the benchmark's folder
 * @param {string} module
 * @returns {Promise<string>} the file's path
 */
export async function bundle(bench, module) {
  // Not at the top: it is there only once npm ci has run.
  const { rolldown } = await import("rolldown");
  const folder = join(work, "bench");
  mkdirSync(folder, { recursive: true });
  const input = { [bench]: at("benches", bench, module) };
  const bundle = await rolldown({ input, platform: "browser" });
  await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].mjs" });
  await bundle.close();
  return join(folder, `${bench}.mjs`);
}
