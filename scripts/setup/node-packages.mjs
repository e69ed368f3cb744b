import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";

/** The packages of the build and the tests. */
export const ensureNodePackages = () => ensureInstalled(at(), "the development tools");

/** The libraries that the benchmarks compare with. Apart, as they need not run on every Node.js that the package runs on. */
export const ensureBenchPackages = () => ensureInstalled(at("benches"), "what the benchmarks compare with");

/** The generator of the docs site. Apart, as it needs an older TypeScript. */
export const ensureDocsPackages = () => ensureInstalled(at("docs", "site"), "what makes the docs page");

/** The linter of the workflows. Apart, as only lints need it. */
export const ensureWorkflowPackages = () => ensureInstalled(at("scripts", "workflows"), "what checks the workflows");

/** The packages of one of `examples/servers/`. */
export const ensureServerPackages = (name) => ensureInstalled(at("examples", "servers", name), `what ${name} needs`);

/** Makes a folder's node_modules hold just what its package-lock.json says. */
async function ensureInstalled(folder, title) {
  if (isInstalled(folder)) return;
  await step(`npm ci: ${title}`, (note) =>
    run("npm", ["ci", "--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline"], {
      onLine: note,
      silence: 10 * 60_000,
      advice: "See npm's message above. If it is about the network, run this again once the npm registry is reachable.",
    }),
  );
}

/**
 * Compares the lockfile with the one that npm keeps inside node_modules of what it installed. A stamp of our own would
 * miss an `npm install` by hand, in either direction.
 */
function isInstalled(folder) {
  const wanted = packagesOf(join(folder, "package-lock.json"));
  const present = packagesOf(join(folder, "node_modules", ".package-lock.json"));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    // An optional package is one for another platform, unless it is here.
    if (!present[path]) return optional === true;
    return present[path].version === version && present[path].integrity === integrity && existsSync(join(folder, path));
  });
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return undefined;
  }
}
