import { readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";

/**
 * The source file of each module that package.json exports, by name: `./dist/index.js` is built from `npm/index.ts`.
 *
 * @returns {Record<string, string>}
 */
export function entries() {
  const { exports } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const names = Object.values(exports)
    .map((target) => target.default?.match(/^\.\/dist\/(.+)\.js$/)?.[1])
    .filter(Boolean);
  return Object.fromEntries(names.map((name) => [name, at("npm", `${name}.ts`)]));
}
