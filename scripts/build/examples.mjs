import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";
import { lockedVersion } from "../setup/cargo-tools.mjs";
import { WASM } from "../setup/rust.mjs";
import { wasmEnv } from "./rustflags.mjs";

/** Cargo's target folder of the examples. It differs from the crate's, since the profiles differ. */
const target = at("target", "examples");

/** Cargo's arguments for the examples in WebAssembly. */
export const cargoArguments = [
  ...["--manifest-path", at("examples", "Cargo.toml")],
  ...["--target", WASM, "--target-dir", target],
];

/** Cargo's arguments for the terminal client, which is native. */
export const nativeArguments = ["--manifest-path", at("examples", "native", "Cargo.toml"), "--target-dir", target];

/** The folder of an example's built page. */
export const pageOf = (example) => join(target, "pages", example);

/** The examples: the folders with a page. */
export function exampleNames() {
  return readdirSync(at("examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(at("examples", entry.name)).includes("index.html"))
    .map(({ name }) => name)
    .sort();
}

/** Builds examples with only Cargo and the wasm-bindgen CLI. The tools must be set up before. */
export async function buildExamples(names) {
  checkWasmBindgen();
  await step(`examples: ${names.join(", ")}`, async (note) => {
    const packages = names.flatMap((name) => ["--package", `${name}-example`]);
    await run("cargo", ["build", ...cargoArguments, ...packages], { env: wasmEnv, onLine: note });
    for (const name of names) await makePage(name, note);
  });
}

/** Builds the terminal client. @returns its path */
export async function buildNative() {
  await step("examples: native", (note) => run("cargo", ["build", ...nativeArguments], { onLine: note }));
  return join(target, "debug", "native-example");
}

/** Writes the glue, the module and the static files into the folder of the page. */
async function makePage(name, note) {
  const page = pageOf(name);
  rmSync(page, { recursive: true, force: true });
  const output = ["--target", "web", "--no-typescript", "--out-dir", page, "--out-name", "example"];
  await run("wasm-bindgen", [...output, join(target, WASM, "debug", `${name}-example.wasm`)], { onLine: note });
  for (const file of [`${name}/index.html`, "start.js", "style.css"]) {
    cpSync(at("examples", file), join(page, file.replace(/^.*\//, "")));
  }
}

/** Fails unless the examples and the crate lock one version of wasm-bindgen: the CLI fits only the crate's version. */
function checkWasmBindgen() {
  const [ours, theirs] = [lockedVersion("wasm-bindgen"), lockedVersion("wasm-bindgen", "examples")];
  if (ours === theirs) return;
  throw new Problem(`The examples' Cargo.lock has wasm-bindgen ${theirs}, but the crate's has ${ours}.`, {
    advice: `Run: (cd examples && cargo update wasm-bindgen --precise ${ours})`,
  });
}
