import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { run } from "../lib/command.mjs";
import { at, npmProgram, work } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";

/** The folder where the compiler writes all declarations, internal ones too, as tsconfig.build.json configures. */
const made = join(work, "types");

/** Compiles the declarations, and copies those that the entries import to `dist/`. Returns the written files. */
export async function writeDeclarations(names, note, signal) {
  signal?.throwIfAborted();
  rmSync(made, { recursive: true, force: true });
  await run(npmProgram("tsc"), ["-p", at("tsconfig.build.json")], { onLine: note, signal });
  const pending = names.map((name) => join(made, `${name}.d.ts`));
  const written = [];
  for (const file of pending) {
    for (const imported of importsOf(file)) if (!pending.includes(imported)) pending.push(imported);
    const shipped = at("dist", relative(made, file));
    mkdirSync(dirname(shipped), { recursive: true });
    const text = directives(file) + readFileSync(file, "utf8");
    writeFileSync(shipped, text);
    written.push(shipped, writeForCommonJS(relative(made, file), text));
  }
  return written;
}

/** Writes the declaration of a CommonJS module. TypeScript derives the kind of the module from the file extension. */
function writeForCommonJS(file, text) {
  const shipped = at("dist", "cjs", file.replace(/\.d\.ts$/, ".d.cts"));
  mkdirSync(dirname(shipped), { recursive: true });
  writeFileSync(shipped, text.replaceAll(/(from\s*|import\s*\(?\s*)(["']\..+?)\.js(["'])/g, "$1$2.cjs$3"));
  return shipped;
}

/** The `/// <reference>` lines of a declaration's source: the compiler leaves them out. */
function directives(file) {
  const source = readFileSync(at("npm", relative(made, file).replace(/\.d\.ts$/, ".ts")), "utf8");
  return source.match(/^(\/\/\/ .*\n)*/)?.[0] ?? "";
}

/** The files that a declaration file imports. Throws for an import that the package does not ship. */
function importsOf(file) {
  const specifiers = [...readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*["'](.+?)["']/g)];
  return specifiers.map(([, specifier]) => {
    const target = join(dirname(file), specifier.replace(/\.js$/, ".d.ts"));
    if (specifier.startsWith(".") && !relative(made, target).startsWith("..") && existsSync(target)) return target;
    throw new Problem(
      `The declarations of npm/${relative(made, file).replace(/\.d\.ts$/, ".ts")} need "${specifier}", which is not shipped.`,
      {
        advice: "Keep the engine's types out of what the package's entries export.",
      },
    );
  });
}
