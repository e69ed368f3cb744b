import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../lib/paths.mjs";

/** What examples take as given. */
const GIVEN = at("docs", "examples.d.ts");

/**
 * Writes the examples in the package's comments as programs, each with the imports that it leaves out, and a
 * tsconfig.json by which they must compile.
 *
 * @param {string} list what `docs/site/typedoc.mjs` has found @param {string} folder
 */
export function writeExamples(list, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  /** @type {import("./work.d.ts").Examples} */
  const { examples, exports } = JSON.parse(readFileSync(list, "utf8"));
  exports[GIVEN] = [...readFileSync(GIVEN, "utf8").matchAll(/^export (?:declare \w+|\{) (\w+)/gm)].map(
    ([, name]) => name,
  );
  for (const [index, { of, entry, code }] of examples.entries()) {
    const name = `${of.replaceAll(/[^\w.-]/g, "_")}.${index}.ts`;
    writeFileSync(join(folder, name), `${importsFor(code, entry, exports)}${code}\nexport {};\n`);
  }
  const config = {
    extends: at("tsconfig.json"),
    compilerOptions: { types: [], verbatimModuleSyntax: false, noUnusedLocals: false, noUnusedParameters: false },
    include: ["."],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return examples.length;
}

/** Of a name that several entries export, that of the example's own. */
function importsFor(code, entry, exports) {
  const taken = new Set();
  const entries = [entry, ...Object.keys(exports).filter((name) => name !== entry)];
  return entries
    .map((from) => {
      const names = [...new Set(exports[from])].filter((name) => !taken.has(name) && isTakenFromElsewhere(name, code));
      for (const name of names) taken.add(name);
      return names.length > 0 ? `import { ${names.join(", ")} } from "${from.replace(/\.d\.ts$/, ".js")}";\n` : "";
    })
    .join("");
}

const isTakenFromElsewhere = (name, code) =>
  new RegExp(`\\b${name}\\b`).test(code) &&
  !new RegExp(`\\b(?:const|let|type|class|function) ${name}\\b|(?:const|let) \\{[^}]*\\b${name}\\b`).test(code);
