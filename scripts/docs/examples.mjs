import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { at } from "../lib/paths.mjs";
import { samplesOf, texts } from "./samples.mjs";

/** Modules that define the names which examples use without an import. An example imports the modules whose names it uses. */
const GIVEN = at("docs", "examples");

/** The subfolder of the samples that must compile, but are not run. */
const COMPILED = "compiled";

/**
 * Writes the examples of the package's comments and the samples of the README and the guides as programs, adds the imports that
 * they leave out, and writes a tsconfig.json to compile them.
 *
 * @param {string} list the file of examples that `docs/site/typedoc.mjs` writes @param {string} folder
 */
export function writeExamples(list, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, COMPILED), { recursive: true });
  /** @type {import("./work.d.ts").Examples} */
  const { examples, exports } = JSON.parse(readFileSync(list, "utf8"));
  const given = Object.fromEntries(
    readdirSync(GIVEN).map((file) => [basename(file, ".ts"), namesIn(join(GIVEN, file))]),
  );
  for (const [index, { of, entry, code }] of examples.entries()) {
    const { "event-source": browsers, source: ours, ...rest } = given;
    const source = /\.EventSource(?:Events)?\b/.test(of) ? { "event-source": browsers } : { source: ours };
    const modules = Object.entries({ ...rest, ...source }).map(([module, names]) => [join(GIVEN, module), names]);
    const all = { ...exports, ...Object.fromEntries(modules), zod: ["z"] };
    const name = `${of.replaceAll(/[^\w.-]/g, "_")}.${index}.ts`;
    writeFileSync(join(folder, name), `${importsFor(code, entry, all)}${code}\nexport {};\n`);
  }
  const samples = texts()
    .flatMap(samplesOf)
    .filter(({ language }) => language === "ts");
  const page = { [join(GIVEN, "page")]: given.page ?? [] };
  for (const { name, runs, code } of samples) {
    const text = `${importsFor(code, "eventsource-wasm", page)}${code}\nexport {};\n`;
    writeFileSync(join(folder, runs ? "" : COMPILED, `${name}.ts`), text);
  }
  const config = {
    extends: at("tsconfig.json"),
    compilerOptions: {
      lib: ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable", "ESNext.Disposable"],
      types: [],
      verbatimModuleSyntax: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ["."],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return examples.length + samples.length;
}

const namesIn = (file) =>
  [...readFileSync(file, "utf8").matchAll(/^export (?:async )?(?:const|function) (\w+)/gm)].map(([, name]) => name);

/** The imports that an example leaves out. A name that several entries export comes from the example's own entry. */
function importsFor(code, entry, exports) {
  const taken = new Set();
  const entries = [entry, ...Object.keys(exports).filter((name) => name !== entry)];
  return entries
    .map((from) => {
      const names = [...new Set(exports[from] ?? [])].filter(
        (name) => !taken.has(name) && isTakenFromElsewhere(name, code),
      );
      for (const name of names) taken.add(name);
      return names.length > 0 ? `import { ${names.join(", ")} } from "${from}";\n` : "";
    })
    .join("");
}

const isTakenFromElsewhere = (name, code) =>
  new RegExp(`\\b${name}\\b`).test(code) &&
  !new RegExp(`\\b(?:const|let|using|type|class|function) ${name}\\b|(?:const|let|import) \\{[^}]*\\b${name}\\b`).test(
    code,
  );
