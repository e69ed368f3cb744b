import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, root, work } from "../lib/paths.mjs";
import { writeDeclarations } from "./declarations.mjs";
import { entries } from "./entries.mjs";

/** The syntax that browsers must support: class static blocks and private fields (2022), nothing newer. */
const TARGET = "es2022";

/** The syntax that the parsers of webpack 4 and Jest support. */
const COMMONJS_TARGET = "es2019";

/**
 * Chromium compiles a module that begins with this comment whole, in the background, instead of each function on the main thread
 * at its first call ([explicit compile hints](https://v8.dev/blog/explicit-compile-hints)).
 */
const COMPILE_HINT = "//# allFunctionsCalledOnLoad";

/** Classes keep their names, so that a debugger shows them. */
const NAMES = { function: false, class: true };

/** Bundles the TypeScript and the engines into `dist/`: one module per entry, with its declarations. */
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
 * Writes `dist/` only after all modules compile, and only changed files, since `npm run dev` serves and watches `dist/`.
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
  // Imported here, since the package exists only after npm ci.
  const { rolldown } = await import("rolldown");
  const modules = [];
  for (const { input, plugins, folder = "", isCommonJS = false, isHinted = false } of groups()) {
    const extension = isCommonJS ? "cjs" : "js";
    const bundle = await rolldown({
      input,
      cwd: root,
      platform: "browser",
      tsconfig: at("tsconfig.json"),
      transform: { target: isCommonJS ? COMMONJS_TARGET : TARGET, define: { TRACE: String(trace) } },
      // The user's bundler resolves this import.
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
    for (const chunk of output.filter((one) => one.type === "chunk")) {
      modules.push(...withSourceMap(chunk, isHinted && chunk.isEntry ? COMPILE_HINT : undefined));
    }
  }
  for (const name of ["client", "parser", "shared"]) {
    // The WebAssembly file lies beside the module that imports it.
    const folder = name === "shared" ? `${EDGE}shared/` : EDGE;
    modules.push({ fileName: `${folder}${name}.wasm`, code: readFileSync(`${work}/bindgen/${name}.wasm`) });
  }
  return modules;
}

/**
 * A module and its source map, which contains the TypeScript sources. Modules with code of `wasm2js` have no source map.
 *
 * @param {{ fileName: string, code: string, map?: import("rolldown").SourceMap | null, moduleIds: string[] }} chunk
 * @param {string | undefined} comment the first line
 */
function withSourceMap({ fileName, code, map, moduleIds }, comment) {
  if (!map || moduleIds.some((id) => id.endsWith("_js.js"))) return [{ fileName, code }];
  const sourcesContent = map.sources.map((source, index) =>
    source.endsWith("_wasm.js") ? "// WebAssembly as text\n" : (map.sourcesContent?.[index] ?? ""),
  );
  const file = `${fileName}.map`;
  const { version, names, sources } = map;
  const [head, mappings] = comment ? [`${comment}\n`, `;${map.mappings}`] : ["", map.mappings];
  return [
    { fileName, code: `${head}${code}\n//# sourceMappingURL=${basename(file)}\n` },
    { fileName: file, code: JSON.stringify({ version, names, sources, sourcesContent, mappings }) },
  ];
}

/** The folder of the CommonJS modules. */
const COMMONJS = "cjs/";

/** The folder of the modules for edge runtimes, which compile WebAssembly only from imported files. */
const EDGE = "edge/";

/** Import specifiers of the modules that contain an engine, such as `target/npm/bindgen/client_wasm.js`. */
const SOURCE = /\/(client|parser|shared)_(wasm|js)\.js$/;

/** A plugin that replaces the modules that contain an engine. @param {(engine: string, kind: string) => any} choose */
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

/** Import specifiers of other entries. They stay external, so that a page has each entry once. */
const ENTRY = /^\.\.\/(index|parser)\.js$/;

/** @param {string} extension the file extension of the other entry's module */
const onEntries = (extension) => ({
  name: "other-entries",
  resolveId: (specifier) =>
    ENTRY.test(specifier) ? { id: specifier.replace(/js$/, extension), external: true } : undefined,
});

const isJavaScript = (name) => /^(.*\/)?js$/.test(name);

/**
 * The bundles: one per entry, which contains all modules except other entries. A page then loads one module, and modules are
 * compressed one by one. Code that the parser and the client share is in both bundles.
 *
 * @returns {{ input: Record<string, string>, plugins: any[], folder?: string, isCommonJS?: boolean, isHinted?: boolean }[]}
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
    ...all.map((entry) => ({
      input: alone(entry),
      plugins: plugins(entry, "js"),
      // No page of a user loads `testing`, and most functions of a JavaScript build are never called.
      isHinted: !isJavaScript(entry[0]) && entry[0] !== "testing",
    })),
    ...edge.map((entry) => ({ input: alone(entry), plugins: [onFiles, onEntries("js")], folder: EDGE })),
    ...all.map((entry) => ({
      input: alone(entry),
      plugins: plugins(entry, "cjs"),
      folder: COMMONJS,
      isCommonJS: true,
    })),
  ];
}
