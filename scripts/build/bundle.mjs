import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, root, work } from "../lib/paths.mjs";
import { writeDeclarations } from "./declarations.mjs";
import { entries } from "./entries.mjs";

/** What browsers must know: class static blocks and private fields (2022), nothing newer. */
const TARGET = "es2022";

/** A class keeps its name: `source.constructor.name` is there to be read in a debugger. */
const NAMES = { function: false, class: true };

/** TypeScript and the engine to `dist/`: one module per entry, with its declarations. */
export function bundleStage({ trace }) {
  return {
    name: "bundle",
    title: "bundle: the npm package's modules",
    inputs: [
      at("npm"),
      `${work}/bindgen`,
      at("package.json"),
      at("package-lock.json"),
      at("tsconfig.json"),
      at("tsconfig.build.json"),
      at("scripts", "build"),
    ],
    facts: trace ? { trace } : null,
    outputs: [at("dist")],
    work: (note, signal) => build({ note, trace, signal }),
  };
}

/**
 * Modules that do not compile leave `dist/` as it was, and a file that would stay the same is not written: `npm run dev` serves
 * and watches them.
 */
async function build({ note, trace, signal }) {
  const modules = await bundleModules(note, trace);
  for (const { fileName, code } of modules) writeIfChanged(at("dist", fileName), code);
  const declarations = await writeDeclarations(Object.keys(entries()), note, signal);
  const made = new Set([...modules.map(({ fileName }) => at("dist", fileName)), ...declarations]);
  for (const file of filesBelow(at("dist"))) if (!made.has(file)) rmSync(file);
}

function writeIfChanged(file, text) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** @returns {Promise<{ fileName: string, code: string }[]>} */
async function bundleModules(note, trace) {
  // Not at the top: it is there only once npm ci has run.
  const { rolldown } = await import("rolldown");
  const modules = [];
  for (const input of groups()) {
    const bundle = await rolldown({
      input,
      cwd: root,
      platform: "browser",
      tsconfig: at("tsconfig.json"),
      transform: { target: TARGET, define: { TRACE: String(trace) } },
      // Whatever imports the main entry has the user's own.
      external: ["../index.js"],
      makeAbsoluteExternalsRelative: false,
      onLog: (_level, log) => note(log.message),
      plugins: Object.keys(input).every(isJavaScript) ? [withoutWebAssembly] : [],
    });
    const { output } = await bundle.generate({
      dir: at("dist"),
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "shared/[name].js",
      minify: { compress: { keepNames: NAMES }, mangle: { keepNames: NAMES }, codegen: true },
    });
    await bundle.close();
    modules.push(...output.filter((one) => one.type === "chunk"));
  }
  return modules;
}

const isJavaScript = (name) => /^(.*\/)?js$/.test(name);

/** Gives an entry the JavaScript builds of the engines, instead of WebAssembly as text. */
const withoutWebAssembly = {
  name: "without-webassembly",
  resolveId: (specifier) =>
    /\/(client|parser)_wasm\.js$/.test(specifier)
      ? `${work}/bindgen/${specifier.match(/(client|parser)_wasm/)?.[1]}_js.js`
      : undefined,
};

/**
 * The entries, those together that share modules. Each module of the package is compressed for itself, so that a page should
 * load one: what others have of the little that the parser and the client share they have twice.
 */
function groups() {
  const all = Object.entries(entries());
  const [parsers, others] = [true, false].map((isParser) =>
    all.filter(([name]) => (/^parser\b/.test(name) && !isJavaScript(name)) === isParser),
  );
  return [...others.map((entry) => [entry]), parsers].map((group) => Object.fromEntries(group));
}
