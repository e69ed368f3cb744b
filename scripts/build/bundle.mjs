import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, root, work } from "../lib/paths.mjs";
import { writeDeclarations } from "./declarations.mjs";
import { entries } from "./entries.mjs";

/** The syntax that browsers must know: class static blocks and private fields (2022), nothing newer. */
const TARGET = "es2022";

/** The syntax that the parsers of webpack 4 and Jest know. */
const COMMONJS_TARGET = "es2019";

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

function writeIfChanged(file, content) {
  if (existsSync(file) && readFileSync(file).equals(Buffer.from(content))) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** @returns {Promise<{ fileName: string, code: string | Uint8Array }[]>} */
async function bundleModules(note, trace) {
  // Not at the top: it is there only once npm ci has run.
  const { rolldown } = await import("rolldown");
  const modules = [];
  for (const { input, plugins, folder = "", isCommonJS = false } of groups()) {
    const extension = isCommonJS ? "cjs" : "js";
    const bundle = await rolldown({
      input,
      cwd: root,
      platform: "browser",
      tsconfig: at("tsconfig.json"),
      transform: { target: isCommonJS ? COMMONJS_TARGET : TARGET, define: { TRACE: String(trace) } },
      // A file of WebAssembly is imported as it is.
      external: [/\.wasm\?module$/],
      makeAbsoluteExternalsRelative: false,
      plugins,
      onLog: (_level, log) => note(log.message),
    });
    const { output } = await bundle.generate({
      dir: at("dist"),
      format: isCommonJS ? "cjs" : "esm",
      exports: "named",
      entryFileNames: `${folder}[name].${extension}`,
      chunkFileNames: `${folder}fallback/[name].${extension}`,
      minify: { compress: { keepNames: NAMES }, mangle: { keepNames: NAMES }, codegen: true },
      sourcemap: "hidden",
    });
    await bundle.close();
    for (const chunk of output.filter((one) => one.type === "chunk")) modules.push(...withSourceMap(chunk));
  }
  for (const name of ["client", "parser", "shared"]) {
    // Beside the module that imports it.
    const folder = name === "shared" ? `${EDGE}shared/` : EDGE;
    modules.push({ fileName: `${folder}${name}.wasm`, code: readFileSync(`${work}/bindgen/${name}.wasm`) });
  }
  return modules;
}

/**
 * A module with the file of its source map, which has the TypeScript in it. The code that `wasm2js` makes has no source to show.
 *
 * @param {{ fileName: string, code: string, map?: import("rolldown").SourceMap | null, moduleIds: string[] }} chunk
 */
function withSourceMap({ fileName, code, map, moduleIds }) {
  if (!map || moduleIds.some((id) => id.endsWith("_js.js"))) return [{ fileName, code }];
  const sourcesContent = map.sources.map((source, index) =>
    source.endsWith("_wasm.js") ? "// WebAssembly as text\n" : (map.sourcesContent?.[index] ?? ""),
  );
  const file = `${fileName}.map`;
  const { version, names, sources, mappings } = map;
  return [
    { fileName, code: `${code}\n//# sourceMappingURL=${basename(file)}\n` },
    { fileName: file, code: JSON.stringify({ version, names, sources, sourcesContent, mappings }) },
  ];
}

/** Where the CommonJS modules are. */
const COMMONJS = "cjs/";

/** Where the modules are for edge runtimes, which compile WebAssembly only from files that are imported. */
const EDGE = "edge/";

/** The modules that engines are started from: `target/npm/bindgen/client_wasm.js` and the like. */
const SOURCE = /\/(client|parser|shared)_(wasm|js)\.js$/;

/** Gives entries something else to start engines from. @param {(engine: string, kind: string) => any} choose */
const startedFrom = (choose) => ({
  name: "engine-source",
  resolveId(specifier) {
    const [, engine, kind] = SOURCE.exec(specifier) ?? [];
    return engine && kind ? choose(engine, kind) : undefined;
  },
});

const onJavaScript = startedFrom((engine) => `${work}/bindgen/${engine}_js.js`);

const onFiles = startedFrom((engine, kind) =>
  kind === "wasm" ? { id: `./${engine}.wasm?module`, external: true } : { id: "data:text/javascript,", external: true },
);

/** Whatever imports another entry has the user's own. */
const ENTRY = /^\.\.\/(index|parser)\.js$/;

/** @param {string} extension of the other entry's module */
const onEntries = (extension) => ({
  name: "other-entries",
  resolveId: (specifier) =>
    ENTRY.test(specifier) ? { id: specifier.replace(/js$/, extension), external: true } : undefined,
});

const isJavaScript = (name) => /^(.*\/)?js$/.test(name);

/**
 * The entries, each with all its modules but other entries, since modules are compressed one by one and a page should load one. Code
 * that the parser and the client share is in both.
 *
 * @returns {{ input: Record<string, string>, plugins: any[], folder?: string, isCommonJS?: boolean }[]}
 */
function groups() {
  const all = Object.entries(entries());
  const wasm = all.filter(([name]) => !isJavaScript(name));
  const edge = wasm.filter(([name]) => name !== "testing");
  const alone = (entry) => Object.fromEntries([entry]);
  const plugins = (/** @type {[string, string]} */ [name], /** @type {string} */ extension) => [
    isJavaScript(name) ? onJavaScript : onEntries(extension),
  ];
  return [
    ...all.map((entry) => ({ input: alone(entry), plugins: plugins(entry, "js") })),
    ...edge.map((entry) => ({ input: alone(entry), plugins: [onFiles, onEntries("js")], folder: EDGE })),
    ...all.map((entry) => ({
      input: alone(entry),
      plugins: plugins(entry, "cjs"),
      folder: COMMONJS,
      isCommonJS: true,
    })),
  ];
}
