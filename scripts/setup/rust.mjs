import { existsSync } from "node:fs";
import { join } from "node:path";
import * as apt from "../lib/apt.mjs";
import { run, which } from "../lib/command.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";

export const WASM = "wasm32-unknown-unknown";

/**
 * Ensures cargo, rustc with the WebAssembly target and the source of the standard library, and a linker.
 *
 * @param {{ linters: boolean }} needs `linters`: rustfmt and clippy too
 */
export async function ensureRust({ linters }) {
  if (!which("cargo") || !which("rustc")) {
    throw new Problem("Rust is not installed, or not on PATH.", {
      advice: "Install it (rustup.rs), open a new shell, then run this again.",
    });
  }
  const sysroot = (await run("rustc", ["--print", "sysroot"])).stdout.trim();
  if (!existsSync(join(sysroot, "lib", "rustlib", WASM, "lib"))) {
    await rustup(`target ${WASM}`, ["target", "add", WASM], "Debian's own rustc has it in libstd-rust-dev-wasm32");
  }
  if (!existsSync(join(sysroot, "lib", "rustlib", "src", "rust", "library", "Cargo.lock"))) {
    await rustup("rust-src", ["component", "add", "rust-src"], "Debian's own rustc has it in rust-src");
  }
  if (linters) {
    const missing = Object.entries({ rustfmt: "rustfmt", clippy: "cargo-clippy" })
      .filter(([, program]) => !existsSync(join(sysroot, "bin", program)))
      .map(([component]) => component);
    if (missing.length > 0) {
      await rustup(missing.join(" and "), ["component", "add", ...missing], "Debian has packages of these names");
    }
  }
  await ensureLinker();
}

async function rustup(what, args, otherwise) {
  const byHand = `rustup ${args.join(" ")}`;
  if (!which("rustup")) {
    throw new Problem(`This Rust has no ${what}, and there is no rustup to add it.`, {
      advice: `Install Rust by rustup (rustup.rs), or add ${what} by the package manager of this Rust (${otherwise}).`,
    });
  }
  await step(`rustup: ${what}`, (note) =>
    run("rustup", args, {
      onLine: note,
      advice: `Run \`${byHand}\` by hand, then run this again.`,
    }),
  );
}

/** Ensures a C compiler: rustc links with it, also build scripts. */
async function ensureLinker() {
  if (which("cc")) return;
  const advice = "Install gcc or clang (Debian and Ubuntu: apt-get install build-essential), then run this again.";
  if (!apt.canInstall()) throw new Problem("There is no C compiler (cc), which rustc links with.", { advice });
  await step("apt-get: gcc, which rustc links with", (note) => apt.install(["gcc", "libc6-dev"], note));
}

/** Ensures a C++ compiler, which compiles libFuzzer. */
export async function ensureCxx() {
  if (process.env.CXX || which("c++")) return;
  const advice = "Install g++ or clang (Debian and Ubuntu: apt-get install g++), or set CXX, then run this again.";
  if (!apt.canInstall()) throw new Problem("There is no C++ compiler (c++), which libFuzzer needs.", { advice });
  await step("apt-get: g++, which compiles libFuzzer", (note) => apt.install(["g++"], note));
}
