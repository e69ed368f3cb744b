import { readdirSync, readFileSync } from "node:fs";
import { parseVectors } from "./vectors.mjs";

const directory = new URL("../vectors/", import.meta.url);

/** All vectors, by file. @returns {Map<string, import("./vectors.mjs").Vector[]>} */
export function loadVectors() {
  const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
  return new Map(
    files.sort().map((file) => [file, parseVectors(file, readFileSync(new URL(file, directory), "utf8"))]),
  );
}
