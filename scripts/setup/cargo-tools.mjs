import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run, which } from "../lib/command.mjs";
import { at, toolCache } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";

/** The release line of wasm-pack that the scripts were written for. */
const WASM_PACK = "0.15";

/** The release line of geckodriver. One release works with the Firefox versions of several years. */
const GECKODRIVER = "0.37";

/** The release line of cargo-deny that `deny.toml` was written for. */
const CARGO_DENY = "0.20";

/** The release line of cargo-public-api. One release reads the output of the nightly compilers of a few months. */
const CARGO_PUBLIC_API = "0.52";

/** The release line of cargo-fuzz. */
const CARGO_FUZZ = "0.13";

/** The version of a crate in the Cargo.lock of a folder; default: the root of the checkout. */
export function lockedVersion(crate, folder = ".") {
  const lockfile = join(folder, "Cargo.lock");
  if (!existsSync(at(lockfile))) {
    throw new Problem(`${lockfile} is missing.`, {
      advice: `Restore it from git, or generate it: (cd ${folder} && cargo generate-lockfile)`,
    });
  }
  const lock = readFileSync(at(lockfile), "utf8");
  const version = lock.match(new RegExp(`^name = "${crate}"\\nversion = "(.+)"$`, "m"))?.[1];
  if (!version) {
    throw new Problem(`${lockfile} has no ${crate}.`, { advice: `Run: (cd ${folder} && cargo update --workspace)` });
  }
  return version;
}

/** Ensures the wasm-bindgen CLI in exactly the version of the wasm-bindgen crate, since the two share a private format. */
export function ensureWasmBindgen() {
  return ensureTool({ crate: "wasm-bindgen-cli", program: "wasm-bindgen", version: lockedVersion("wasm-bindgen") });
}

export function ensureWasmPack() {
  return ensureTool({ crate: "wasm-pack", program: "wasm-pack", version: WASM_PACK });
}

/** Ensures geckodriver, with which wasm-pack drives Firefox. */
export function ensureGeckodriver() {
  return ensureTool({ crate: "geckodriver", program: "geckodriver", version: GECKODRIVER });
}

export function ensureCargoDeny() {
  return ensureTool({ crate: "cargo-deny", program: "cargo-deny", version: CARGO_DENY });
}

export function ensureCargoPublicApi() {
  const name = "cargo-public-api";
  // The newest versions of its dependencies need a newer compiler than many people have.
  return ensureTool({ crate: name, program: name, version: CARGO_PUBLIC_API, options: ["--locked"] });
}

export function ensureCargoFuzz() {
  return ensureTool({ crate: "cargo-fuzz", program: "cargo-fuzz", version: CARGO_FUZZ });
}

/**
 * Ensures that PATH has a tool of the right version, for this process and its children: the user's own tool, or one that is
 * built into our cache. The user's own tools are never overwritten.
 */
async function ensureTool({ crate, program, version, options = /** @type {string[]} */ ([]) }) {
  if (which(program) && matches(await versionOf(program), version)) return;

  const folder = join(toolCache, `${crate}-${version}`);
  if (!existsSync(join(folder, "bin", program))) {
    mkdirSync(folder, { recursive: true });
    await step(`cargo install ${crate} ${version}`, (note) =>
      run("cargo", ["install", crate, "--version", requirement(version), "--root", folder, ...options], {
        // Outside of the checkout, so that this project's Cargo configuration does not apply.
        cwd: folder,
        env: QUICK_TO_BUILD,
        onLine: note,
        advice: "If it is about the network, run this again once the crate registry is reachable.",
      }),
    );
  }
  process.env.PATH = join(folder, "bin") + delimiter + process.env.PATH;
}

/** A profile that builds fast. The tools run for a second at most, and an optimised build takes twice as long. */
const QUICK_TO_BUILD = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "0",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  CARGO_PROFILE_RELEASE_DEBUG: "false",
  CARGO_BUILD_TARGET: undefined,
  CARGO_ENCODED_RUSTFLAGS: undefined,
  RUSTFLAGS: undefined,
};

async function versionOf(program) {
  const { stdout } = await run(program, ["--version"], { mayFail: true });
  return stdout.trim().split(/\s+/)[1] ?? "";
}

const isExact = (version) => version.split(".").length === 3;
const matches = (found, version) => (isExact(version) ? found === version : found.startsWith(`${version}.`));
const requirement = (version) => (isExact(version) ? version : `^${version}`);
