/** Finds circular imports between files and between folders. Parents that only declare and re-export do not count. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize, relative } from "node:path";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, root } from "../lib/paths.mjs";

/** Whether a file is a parent, which may import each file below it. */
const isParent = (file) => ["mod.rs", "lib.rs", "index.ts"].includes(basename(file)) || dirname(file) === "npm";

export function findCircles() {
  const files = ["npm", "src", "engine/src"].flatMap((folder) =>
    filesBelow(at(folder)).map((file) => relative(root, file)),
  );
  const graph = new Map(files.map((file) => [file, importsOf(file).filter((to) => to !== file && files.includes(to))]));
  const children = new Map([...graph].map(([file, to]) => [file, isParent(file) ? [] : to]));
  const folders = new Map();
  for (const [file, imported] of children) {
    const folder = dirname(file);
    const others = imported.map(dirname).filter((other) => other !== folder && !folder.startsWith(`${other}/`));
    folders.set(folder, [...(folders.get(folder) ?? []), ...others]);
  }
  return [...circlesIn(children), ...circlesIn(folders)];
}

function importsOf(file) {
  const text = readFileSync(at(file), "utf8").replace(/\/\/.*$/gm, "");
  if (file.endsWith(".ts")) {
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, specifier]) => specifier);
    return specifiers.map((specifier) => normalize(join(dirname(file), specifier)).replace(/\.js$/, ".ts"));
  }
  if (!file.endsWith(".rs")) return [];
  const crate = file.startsWith("engine/") ? "engine/src" : "src";
  const here = file.replace(/(\/mod|\/lib)?\.rs$/, "");
  const bases = { crate, super: dirname(here), self: here };
  const code = text.replace(/#\[cfg\(test\)\]\s*mod tests[\s\S]*/, "");
  const used = [...code.matchAll(/\buse\s+((?:crate|super|self)::[^;]*);/g)].flatMap(([, path]) =>
    expand(path.replace(/\s/g, "")),
  );
  const inline = [...code.matchAll(/\b(crate::[a-z_:]+)/g)].map(([, path]) => path);
  return [...used, ...inline].flatMap((path) => {
    const [first, ...rest] = path.split("::");
    return moduleOf(bases[first], rest) ?? [];
  });
}

/** Expands a path such as `a::{b, c::{d, e}}` to a list of paths. */
function expand(path) {
  const [, start, inner] = path.match(/^(.*?)\{(.*)\}$/) ?? [];
  if (inner === undefined) return [path];
  let depth = 0;
  const parts = [""];
  for (const character of inner) {
    depth += character === "{" ? 1 : character === "}" ? -1 : 0;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.filter(Boolean).flatMap((part) => expand(start + part));
}

/** The file of the innermost module of a path. */
function moduleOf(base, names) {
  let found;
  for (const name of names) {
    base = `${base}/${name}`;
    const file = [`${base}.rs`, `${base}/mod.rs`].find((candidate) => existsSync(at(candidate)));
    if (!file) break;
    found = file;
  }
  return found;
}

/** The circles of a graph, each once, as `a -> b -> a`. @param {Map<string, string[]>} graph */
function circlesIn(graph) {
  const done = new Set();
  const circles = [];
  const walk = (node, path) => {
    const start = path.indexOf(node);
    if (start >= 0) circles.push([...path.slice(start), node].join(" -> "));
    if (start >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return circles;
}

if (process.argv[1] === at("scripts", "test", "circles.mjs")) {
  const circles = findCircles();
  for (const circle of circles) console.error(circle);
  process.exitCode = circles.length > 0 ? 1 : 0;
}
