import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run, which } from "../lib/command.mjs";
import { at, toolCache } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";

/** The release line of wasm-pack that the scripts were written for. */
const WASM_PACK = "0.15";

/** The release line of geckodriver; each drives years of versions of Firefox. */
const GECKODRIVER = "0.37";

/** The release line of cargo-deny that `deny.toml` was written for. */
const CARGO_DENY = "0.20";

/** The release line of cargo-public-api; each reads what the nightly compilers of some months write. */
const CARGO_PUBLIC_API = "0.52";

/** The release line of cargo-fuzz. */
const CARGO_FUZZ = "0.13";

/** The version of a crate in the Cargo.lock of the checkout, or of a folder with a workspace of its own. */
export function lockedVersion(crate, folder = ".") {
  const lockfile = join(folder, "Cargo.lock");
  if (!existsSync(at(lockfile))) {
    throw new Problem(`${lockfile} is missing.`, {
      advice: `Restore it from git, or make it: (cd ${folder} && cargo generate-lockfile)`,
    });
  }
  const lock = readFileSync(at(lockfile), "utf8");
  const version = lock.match(new RegExp(`^name = "${crate}"\\nversion = "(.+)"$`, "m"))?.[1];
  if (!version) {
    throw new Problem(`${lockfile} has no ${crate}.`, { advice: `Run: (cd ${folder} && cargo update --workspace)` });
  }
  return version;
}

/** The wasm-bindgen CLI: its version must be just that of the crate, as the two share a private format. */
export function ensureWasmBindgen() {
  return ensureTool({ crate: "wasm-bindgen-cli", program: "wasm-bindgen", version: lockedVersion("wasm-bindgen") });
}

export function ensureWasmPack() {
  return ensureTool({ crate: "wasm-pack", program: "wasm-pack", version: WASM_PACK });
}

/** geckodriver, by which wasm-pack drives Firefox. */
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
 * Puts a tool of the right version on PATH, for this process and those it starts: the user's own, or one from our cache,
 * built there first if it has to be. The user's own tools are never overwritten.
 */
async function ensureTool({ crate, program, version, options = /** @type {string[]} */ ([]) }) {
  if (which(program) && matches(await versionOf(program), version)) return;

  const folder = join(toolCache, `${crate}-${version}`);
  if (!existsSync(join(folder, "bin", program))) {
    mkdirSync(folder, { recursive: true });
    await step(`cargo install ${crate} ${version}`, (note) =>
      run("cargo", ["install", crate, "--version", requirement(version), "--root", folder, ...options], {
        // In another folder, where this project's Cargo configuration does not apply.
        cwd: folder,
        env: QUICK_TO_BUILD,
        onLine: note,
        advice: "If it is about the network, run this again once the crate registry is reachable.",
      }),
    );
  }
  process.env.PATH = join(folder, "bin") + delimiter + process.env.PATH;
}

/** These tools work for a second at most; to build them optimised takes twice as long. */
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
