import { existsSync, readFileSync } from "node:fs";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";

/** Makes node_modules hold just what package-lock.json says. */
export async function ensureNodePackages() {
  if (isInstalled()) return;
  await step("npm ci: the development tools", (note) =>
    run("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], {
      onLine: note,
      advice: "See npm's message above. If it is about the network, run this again once the npm registry is reachable.",
    }),
  );
}

/**
 * Compares the lockfile with the one that npm keeps inside node_modules of what it installed. A stamp of our own would
 * miss an `npm install` by hand, in either direction.
 */
function isInstalled() {
  const wanted = packagesOf(at("package-lock.json"));
  const present = packagesOf(at("node_modules", ".package-lock.json"));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    // An optional package is one for another platform, unless it is here.
    if (!present[path]) return optional === true;
    return present[path].version === version && present[path].integrity === integrity && existsSync(at(path));
  });
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return undefined;
  }
}
