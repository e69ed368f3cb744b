import { dirname } from "node:path";
import { run } from "../lib/command.mjs";
import { root } from "../lib/paths.mjs";
import { WASM } from "../setup/rust.mjs";

/** WebAssembly features that every current browser has, but that rustc does not use unasked. */
const FEATURES = "-Ctarget-feature=+simd128,+bulk-memory";

/**
 * The environment for every Cargo command with the WebAssembly target: tests run what the package ships. This variable
 * goes before all other ways to set flags, so that those of the user's machine stay out; and as Cargo gives it to crates
 * of the named target only, native builds keep their cache.
 */
export const wasmEnv = { CARGO_ENCODED_RUSTFLAGS: FEATURES };

/** For the JavaScript builds, which have no vectors. */
const PORTABLE = "-Ctarget-cpu=mvp";

/**
 * The environment for the modules that ship. Their panic messages name no path of this machine, but `crates/memchr-2.7/src/lib.rs`.
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
