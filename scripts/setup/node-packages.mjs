import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";

/** The packages of the build and the tests. */
export const ensureNodePackages = () => ensureInstalled(at(), "the development tools");

/** The other libraries of the benchmarks. A separate folder, since some need a newer Node.js than our package does. */
export const ensureBenchPackages = () => ensureInstalled(at("benches"), "the other libraries of the benchmarks");

/** The generator of the docs site. A separate folder, since it needs an older TypeScript. */
export const ensureDocsPackages = () => ensureInstalled(at("docs", "site"), "the generator of the docs site");

/** The linter of the workflows. A separate folder, since only lints need it. */
export const ensureWorkflowPackages = () => ensureInstalled(at("scripts", "workflows"), "the linter of the workflows");

/** The packages of a server in `examples/servers/`. */
export const ensureServerPackages = (name) => ensureInstalled(at("examples", "servers", name), `packages of ${name}`);

/** Installs exactly the packages of a folder's package-lock.json. */
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
 * Compares package-lock.json with the lockfile that npm writes into node_modules. A stamp of our own would miss an `npm
 * install` by hand.
 */
function isInstalled(folder) {
  const wanted = packagesOf(join(folder, "package-lock.json"));
  const present = packagesOf(join(folder, "node_modules", ".package-lock.json"));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    // A missing optional package is for another platform.
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
