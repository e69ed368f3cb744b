import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../lib/paths.mjs";

/** What examples take as given. */
const GIVEN = at("docs", "examples.ts");
const given = "./given.js";

/**
 * Writes the examples in the package's comments as programs, each with the imports that it leaves out, and a
 * tsconfig.json by which they must compile, to JavaScript in the folder `js`. `examples.json` names them all.
 *
 * @param {string} list what `docs/site/typedoc.mjs` has found @param {string} folder
 */
export function writeExamples(list, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  /** @type {import("./work.d.ts").Examples} */
  const { examples, exports } = JSON.parse(readFileSync(list, "utf8"));
  const names = readFileSync(GIVEN, "utf8").matchAll(/^export (?:const|(?:async )?function|\{) (\w+)/gm);
  exports[given] = [...names].map(([, name]) => name);
  copyFileSync(GIVEN, join(folder, "given.ts"));
  const programs = examples.map(({ of, entry, code }, index) => {
    const name = `${of.replaceAll(/[^\w.-]/g, "_")}.${index}`;
    writeFileSync(join(folder, `${name}.ts`), `${importsFor(code, entry, exports)}${code}\nexport {};\n`);
    return { name, code };
  });
  writeFileSync(join(folder, "examples.json"), JSON.stringify(programs));
  const config = {
    extends: at("tsconfig.json"),
    compilerOptions: {
      types: [],
      verbatimModuleSyntax: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      noEmit: false,
      outDir: "js",
      rootDir: ".",
    },
    include: ["*.ts"],
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
      return names.length > 0 ? `import { ${names.join(", ")} } from "${from}";\n` : "";
    })
    .join("");
}

const isTakenFromElsewhere = (name, code) =>
  new RegExp(`\\b${name}\\b`).test(code) &&
  !new RegExp(`\\b(?:const|let|type|class|function) ${name}\\b|(?:const|let) \\{[^}]*\\b${name}\\b`).test(code);
