import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";
import { lockedVersion } from "../setup/cargo-tools.mjs";
import { WASM } from "../setup/rust.mjs";
import { wasmEnv } from "./rustflags.mjs";

/** Cargo's folder of the examples, apart from the crate's: their profile is another. */
const target = at("target", "examples");

/** Which packages Cargo works on, and how. */
export const cargoArguments = [
  ...["--manifest-path", at("examples", "Cargo.toml")],
  ...["--target", WASM, "--target-dir", target],
];

/** As `cargoArguments`, for the terminal client, which is no WebAssembly. */
export const nativeArguments = ["--manifest-path", at("examples", "native", "Cargo.toml"), "--target-dir", target];

/** Where the page of an example is put together. */
export const pageOf = (example) => join(target, "pages", example);

/** The examples: the folders with a page. */
export function exampleNames() {
  return readdirSync(at("examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(at("examples", entry.name)).includes("index.html"))
    .map(({ name }) => name)
    .sort();
}

/** Builds some of the examples, with Cargo and the wasm-bindgen CLI alone. Needs the set-up to be done. */
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

/** The glue and the module, beside the static files. */
async function makePage(name, note) {
  const page = pageOf(name);
  rmSync(page, { recursive: true, force: true });
  const output = ["--target", "web", "--no-typescript", "--out-dir", page, "--out-name", "example"];
  await run("wasm-bindgen", [...output, join(target, WASM, "debug", `${name}-example.wasm`)], { onLine: note });
  for (const file of [`${name}/index.html`, "start.js", "style.css"]) {
    cpSync(at("examples", file), join(page, file.replace(/^.*\//, "")));
  }
}

/** The CLI is that of the crate's version, and both must be the same. */
function checkWasmBindgen() {
  const [ours, theirs] = [lockedVersion("wasm-bindgen"), lockedVersion("wasm-bindgen", "examples")];
  if (ours === theirs) return;
  throw new Problem(`The examples' Cargo.lock has wasm-bindgen ${theirs}, that of the crate ${ours}.`, {
    advice: `Run: (cd examples && cargo update wasm-bindgen --precise ${ours})`,
  });
}
