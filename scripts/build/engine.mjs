import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { at, npmProgram, work } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { lockedVersion } from "../setup/cargo-tools.mjs";
import { WASM } from "../setup/rust.mjs";
import { shippedWasmEnv, wasmEnv } from "./rustflags.mjs";

const OPTIMIZE = "-O3";

/** Where the TypeScript face finds the engine: `engine.js` (the glue), `engine_wasm.js` (the module in hex). */
const bindgen = join(work, "bindgen");

/** Rust to WebAssembly with its glue, as modules that a bundler can take in. */
export async function engineStage() {
  const rustc = await run("rustc", ["-vV"]);
  return {
    name: "engine",
    title: "engine: Rust to WebAssembly",
    inputs: [
      at("src"),
      at("Cargo.toml"),
      at("Cargo.lock"),
      at("scripts", "build", "engine.mjs"),
      at("scripts", "build", "rustflags.mjs"),
    ],
    facts: {
      rustc: rustc.stdout,
      wasmBindgen: lockedVersion("wasm-bindgen"),
      binaryen: JSON.parse(readFileSync(at("node_modules", "binaryen", "package.json"), "utf8")).version,
      wasmEnv,
    },
    outputs: [bindgen],
    work: build,
  };
}

async function build(note) {
  const compiled = await compile(note);
  const bound = await bind(compiled, note);
  const wasm = await optimize(bound, note);
  inline(wasm);
  return `${(wasm.length / 1024).toFixed(1)} KiB`;
}

/** The manifest names no cdylib, which would be built for every Rust application that depends on the crate. */
async function compile(note) {
  const args = ["rustc", "--lib", "--crate-type", "cdylib", "--target", WASM, "--profile", "npm"];
  await run("cargo", [...args, "--features", "npm", "--target-dir", at("target")], {
    env: await shippedWasmEnv(),
    onLine: note,
  });
  return at("target", WASM, "npm", "eventsource_wasm.wasm");
}

async function bind(compiled, note) {
  rmSync(bindgen, { recursive: true, force: true });
  mkdirSync(bindgen, { recursive: true });
  const args = ["--target", "web", "--omit-default-module-path", "--remove-name-section", "--remove-producers-section"];
  await run("wasm-bindgen", [...args, "--out-dir", bindgen, "--out-name", "engine", compiled], { onLine: note });
  return join(bindgen, "engine_bg.wasm");
}

async function optimize(bound, note) {
  const features = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
  ];
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  await run(npmProgram("wasm-opt"), [OPTIMIZE, ...features, ...strip, bound, "-o", bound], { onLine: note });
  const wasm = readFileSync(bound);
  if (!WebAssembly.validate(wasm)) throw new Problem("wasm-opt left a module that this Node.js refuses.");
  return wasm;
}

/**
 * In hex rather than base64, which cuts bytes in three: compressed for the wire it takes 33 KiB where base64 takes 42 and the
 * bytes themselves 30.
 */
function inline(wasm) {
  writeFileSync(join(bindgen, "engine_wasm.js"), `export default "${wasm.toString("hex")}";\n`);
  writeFileSync(
    join(bindgen, "engine_wasm.d.ts"),
    "/** The bytes of `engine_bg.wasm` in hex. */\ndeclare const hex: string;\nexport default hex;\n",
  );
}
