import { dirname } from "node:path";
import { run } from "../lib/command.mjs";
import { root } from "../lib/paths.mjs";
import { WASM } from "../setup/rust.mjs";

/** WebAssembly features that every current browser has and rustc does not enable by default. */
const FEATURES = "-Ctarget-feature=+simd128,+bulk-memory";

/**
 * The environment of every Cargo command with the WebAssembly target, so that tests and the package use the same flags. This
 * variable overrides all other flags, also those of the user's machine. Cargo applies it only to the crates of the given
 * target, so native builds keep their cache.
 */
export const wasmEnv = { CARGO_ENCODED_RUSTFLAGS: FEATURES };

/** Flags of the JavaScript builds, which have no SIMD. */
const PORTABLE = "-Ctarget-cpu=mvp";

/**
 * The environment that builds the shipped modules. Their panic messages contain paths such as `crates/memchr-2.7/src/lib.rs`,
 * and no path of this machine.
 */
export async function shippedWasmEnv({ isPortable = false } = {}) {
  const [metadata, sysroot] = await Promise.all([
    run("cargo", ["metadata", "--format-version", "1", "--filter-platform", WASM], {
      advice: "If it is about the network, run this again once the crate registry is reachable.",
    }),
    run("rustc", ["--print", "sysroot"]),
  ]);
  const fetched = JSON.parse(metadata.stdout).packages.filter(({ source }) => source !== null);
  const renamed = new Map([
    [root.replace(/\/$/, ""), "eventsource-wasm"],
    [`${sysroot.stdout.trim()}/lib/rustlib/src/rust`, "rust"],
    ...fetched.map(({ manifest_path }) => /** @type {const} */ ([dirname(dirname(manifest_path)), "crates"])),
  ]);
  const flags = [...renamed].map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  return { CARGO_ENCODED_RUSTFLAGS: [isPortable ? PORTABLE : FEATURES, ...flags].join("\x1f") };
}
