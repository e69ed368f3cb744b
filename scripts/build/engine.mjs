import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { at, npmProgram, work } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { WASM } from "../setup/rust.mjs";
import { toJavaScript } from "./javascript.mjs";
import { portableEnv, wasmEnv } from "./rustflags.mjs";

/**
 * Passes of wasm-opt. `--flatten --rereloop` rebuilds the control flow, which is 2% smaller and as fast: LLVM's own control
 * flow has more blocks. `--converge` repeats the passes until nothing changes.
 */
const OPTIMIZE = ["-O3", "--flatten", "--rereloop", "-O3", "-O3", "--converge"];

/**
 * The folder from which the TypeScript face imports the engines `client` (of the main entry), `parser` and `shared`: as text in
 * files such as `client_wasm.js`, and as JavaScript in files such as `client_js.js`.
 */
const bindgen = join(work, "bindgen");

/** Compiles the Rust engines to modules that a bundler can import. */
export async function engineStage({ trace }) {
  const rustc = await run("rustc", ["-vV"]);
  return {
    name: "engine",
    title: "engines: Rust to WebAssembly",
    inputs: [
      at("src"),
      at("engine"),
      at("npm", "engine", "strings.wat"),
      at("Cargo.toml"),
      at("Cargo.lock"),
      at("scripts", "build", "engine.mjs"),
      at("scripts", "build", "javascript.mjs"),
      at("scripts", "build", "rustflags.mjs"),
    ],
    facts: {
      rustc: rustc.stdout,
      binaryen: JSON.parse(readFileSync(at("node_modules", "binaryen", "package.json"), "utf8")).version,
      wasmEnv,
      portableEnv,
      ...(trace && { trace }),
    },
    outputs: [bindgen],
    work: (note) => build(note, trace),
  };
}

async function build(note, trace) {
  rmSync(bindgen, { recursive: true, force: true });
  mkdirSync(bindgen, { recursive: true });
  const sizes = [];
  for (const name of ["client", "parser", "shared"]) {
    const [bytes] = await Promise.all([toWasm(name, note, trace), toPortable(name, note)]);
    sizes.push(`${name} ${(bytes / 1024).toFixed(1)} KiB`);
  }
  inline("strings", await assemble("strings", note));
  return sizes.join(", ");
}

/** Writes an engine as WebAssembly, inlined as text. Returns the size of the module in bytes. */
async function toWasm(name, note, trace) {
  const module = join(bindgen, `${name}.wasm`);
  const isTraced = trace && name === "client";
  copyFileSync(await compile(name, isTraced ? `${name},trace` : name, note), module);
  const wasm = await optimize(module, note);
  inline(name, wasm);
  return wasm.length;
}

/** Writes an engine as JavaScript. */
async function toPortable(name, note) {
  const module = join(bindgen, `${name}-portable.wasm`);
  copyFileSync(await compile(name, name, note, { isPortable: true }), module);
  write(`${name}_js`, await toJavaScript(module, note), "() => unknown");
}

/** Assembles a hand-written module. rustc does not support some of its types, and its output would be larger. */
async function assemble(name, note) {
  const output = join(bindgen, `${name}.wasm`);
  const features = ["--enable-gc", "--enable-reference-types"];
  await run(npmProgram("wasm-as"), [at("npm", "engine", `${name}.wat`), ...features, "-o", output], { onLine: note });
  return readFileSync(output);
}

/**
 * Compiles an engine: the crate `engine/` with the features and the profile of this engine. Returns the path of the module.
 *
 * The standard library is compiled with it (docs/decisions/0013): the one that rustc comes with contains texts of panics, which
 * nothing reads, and they are 3 to 6% of a module on the wire.
 */
async function compile(name, features, note, { isPortable = false } = {}) {
  const profile = name === "parser" ? "engine-parser" : "engine";
  // Separate target folders: a build with other flags would invalidate the cache of the first, and both run at once.
  const target = isPortable ? at("target", "portable") : at("target");
  const args = ["rustc", "--package", "eventsource-wasm-engine", "--lib", "--crate-type", "cdylib"];
  args.push("--target", WASM, "--profile", profile, "-Zbuild-std=core,alloc");
  await run("cargo", [...args, "--no-default-features", "--features", features, "--target-dir", target], {
    // Stable compilers reserve `-Z` for those who take the risk that it changes.
    env: { ...(isPortable ? portableEnv : wasmEnv), RUSTC_BOOTSTRAP: "1" },
    onLine: note,
  });
  return join(target, WASM, profile, "eventsource_wasm_engine.wasm");
}

async function optimize(module, note) {
  const features = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
  ];
  // rustc places data at 1 MiB and above, so low memory is unused.
  const assumed = ["--low-memory-unused"];
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  const optimizer = npmProgram("wasm-opt");
  await run(optimizer, [...OPTIMIZE, ...features, ...assumed, ...strip, module, "-o", module], { onLine: note });
  const wasm = readFileSync(module);
  if (!WebAssembly.validate(wasm)) throw new Problem("wasm-opt left a module that this Node.js refuses.");
  return wasm;
}

function inline(name, wasm) {
  write(`${name}_wasm`, `export default ${JSON.stringify(wasm.toString("hex"))};\n`, "string");
}

/** Writes a module with one default export, and its declaration. */
function write(name, code, type) {
  writeFileSync(join(bindgen, `${name}.js`), code);
  writeFileSync(join(bindgen, `${name}.d.ts`), `declare const engine: ${type};\nexport default engine;\n`);
}
