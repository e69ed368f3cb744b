import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root, work } from "./paths.mjs";

/** Folders of generated or downloaded files. They are no input, even inside of an input folder. */
const MADE = new Set(["node_modules", "dist", "target", ".git"]);

/**
 * A stage of the build. It makes `outputs` (paths) from `inputs` (paths) and `facts` (tool versions, flags).
 *
 * @typedef {{ name: string, inputs: string[], facts: unknown, outputs: string[] }} Stage
 */

/**
 * Whether a stage's outputs were made from exactly these inputs. Contents are compared, not times: a clone, a checkout or a
 * `touch` causes no rebuild, but an edited output does.
 *
 * @param {Stage} stage
 */
export function isFresh(stage) {
  try {
    return readFileSync(stampOf(stage), "utf8") === contentsOf(stage, inputsOf(stage));
  } catch {
    return false;
  }
}

/**
 * Removes the stamp of a stage before its outputs change. Returns a function that writes the new stamp, with the inputs as they
 * are now: an edit during the build makes the stage stale again.
 *
 * @param {Stage} stage
 */
export function markStale(stage) {
  rmSync(stampOf(stage), { force: true });
  const inputs = inputsOf(stage);
  return function markFresh() {
    mkdirSync(dirname(stampOf(stage)), { recursive: true });
    writeFileSync(stampOf(stage), contentsOf(stage, inputs));
  };
}

/** The content hash of files, folders and facts. An absent path has a hash too. */
export function fingerprint(paths, facts) {
  const hash = createHash("sha256").update(JSON.stringify(facts ?? null));
  for (const path of paths)
    for (const file of filesBelow(path)) {
      const contents = readFileSync(file);
      hash.update(`\0${relative(root, file)}\0${contents.length}\0`).update(contents);
    }
  return hash.digest("hex");
}

/** All files at or below a path, sorted by name. */
export function filesBelow(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !MADE.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesBelow(join(path, entry.name)));
}

const stampOf = (stage) => join(work, "stamps", `${stage.name}.txt`);

const inputsOf = ({ inputs, facts }) => fingerprint(inputs, facts);

const contentsOf = ({ outputs }, inputs) => `made from ${inputs}\nmade      ${fingerprint(outputs, null)}\n`;
