/**
 * Builds the examples in Rust, and serves or tests them. The tests drive each front end in Chromium, run the terminal client
 * against the fault servers, and compile a copy of all examples outside of the checkout, against the crate as it is published.
 *
 *     npm run examples -- yew      builds and serves one: yew, leptos or dioxus
 *     npm run test:examples
 *
 *   --test            builds and tests all examples: `npm run test:examples`
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExamples, buildNative, exampleNames, pageOf } from "./build/examples.mjs";
import { wasmEnv } from "./build/rustflags.mjs";
import { run } from "./lib/command.mjs";
import { serve } from "./lib/demo-server.mjs";
import { at, npmProgram } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { layOutCrate } from "./release/packages.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { WASM } from "./setup/rust.mjs";
import { setUpBuild } from "./setup.mjs";

/** ms without output before a run is stopped. The configuration allows a test half a minute. */
const SILENCE = 90_000;

await main(async () => {
  const names = exampleNames();
  const [argument, ...more] = process.argv.slice(2);
  const isTest = argument === "--test";
  if (more.length > 0 || !(isTest || names.includes(argument))) {
    throw new Problem("Give the name of one example.", {
      advice: `npm run examples -- ${names.join("|")}, or npm run test:examples`,
    });
  }
  await setUpBuild();
  if (!isTest) {
    await buildExamples([argument]);
    return serve(pageOf(argument));
  }
  await checkOutside();
  const native = await testNative();
  await buildExamples(names);
  return (await testPages()) || native;
});

/** Compiles a copy of the examples outside of the checkout, as users who start from an example do. */
async function checkOutside() {
  const outside = mkdtempSync(join(tmpdir(), "eventsource-wasm-examples-"));
  try {
    const crate = await layOutCrate();
    cpSync(at("examples"), outside, { recursive: true });
    await step("examples: a copy outside of the checkout", async (note) => {
      // Reuses the target folder of the examples, where `npm run lint` has compiled the frameworks. Incremental data of a
      // temporary copy would be useless.
      const check = [
        "check",
        "--locked",
        "--target-dir",
        at("target", "examples"),
        "--config",
        "build.incremental=false",
      ];
      useCrate(join(outside, "Cargo.toml"), crate);
      await run("cargo", [...check, "--workspace", "--target", WASM], { cwd: outside, env: wasmEnv, onLine: note });
      useCrate(join(outside, "native", "Cargo.toml"), crate);
      await run("cargo", check, { cwd: join(outside, "native"), onLine: note });
    });
  } finally {
    rmSync(outside, { recursive: true, force: true });
  }
}

/** Replaces the path of the crate in a manifest, as users do by hand. */
function useCrate(manifest, crate) {
  const [before, after, ...more] = readFileSync(manifest, "utf8").split(/(?<=^eventsource-wasm = \{ path = )"[./]+"/m);
  if (after === undefined || more.length > 0)
    throw new Problem(`${manifest} must contain the path of the crate exactly once.`);
  writeFileSync(manifest, `${before}${JSON.stringify(crate)}${after}`);
}

async function testNative() {
  const { code } = await run(process.execPath, ["--test", at("tests", "examples", "native.test.mjs")], {
    env: { NATIVE_EXAMPLE: await buildNative() },
    onLine: (line) => console.log(line),
    timeout: 5 * 60_000,
    mayFail: true,
  });
  return code;
}

async function testPages() {
  const { chromium } = await ensureBrowser();
  const config = at("tests", "examples", "playwright.config.ts");
  const { code } = await run(npmProgram("playwright"), ["test", "-c", config], {
    env: { CHROMIUM: chromium },
    onLine: (line) => console.log(line),
    mayFail: true,
    silence: SILENCE,
  });
  return code;
}
