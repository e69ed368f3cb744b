import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root, work } from "./paths.mjs";

/** Folders of things made or fetched: never an input by being inside one. */
const MADE = new Set(["node_modules", "dist", "target", ".git"]);

/**
 * A stage of the build: made from `inputs` (paths) and `facts` (tool versions, flags), leaving `outputs` (paths).
 *
 * @typedef {{ name: string, inputs: string[], facts: unknown, outputs: string[] }} Stage
 */

/**
 * Whether a stage's outputs were made from just these inputs. Contents are compared, not times, so that a clone, a
 * checkout or a `touch` builds nothing anew, and an edited output does.
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
 * Forgets the stage, before its outputs change. Returns what records that they were made: from the inputs as they are now, since
 * someone may edit them meanwhile.
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

/** The content hash of files, of folders with all below them, and of facts. An absent path has a hash too. */
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
