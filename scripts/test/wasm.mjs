import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { wasmEnv } from "../build/rustflags.mjs";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { stopwatch } from "../lib/progress.mjs";
import { fromCargo, rustName, sum, withExitCode } from "./counts.mjs";
import { withEventServer } from "./event-server.mjs";

/** The web parts of the crate, in a headless browser, against a real event server. */
export const wasm = {
  name: "wasm",
  title: "wasm: wasm-pack test, in Chromium",
  needs: ["nodePackages", "rust", "wasmBindgen", "wasmPack", "browser"],
  async run({ note, grep, browser }) {
    const tests = readdirSync(at("tests"))
      .flatMap((file) => file.match(/^(web_.+)\.rs$/)?.[1] ?? [])
      .sort();
    if (tests.length === 0) throw new Problem("There is no tests/web_*.rs.");

    const env = { ...wasmEnv, WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverFor(browser.chromium) };
    return withEventServer(async (server) => {
      const results = [];
      // One at a time: wasm-pack stops at the first test binary that fails, and cannot be told to go on.
      for (const test of tests) {
        results.push(
          await runOne(test, { note, grep, chromedriver: browser.chromedriver, env: { ...env, ...server } }),
        );
      }
      const output = results.map(({ output }) => output).join("\n");
      return { ...sum(results), output, slow: results.flatMap(({ slow }) => slow) };
    });
  },
};

async function runOne(test, { note, grep, chromedriver, env }) {
  const clock = stopwatch();
  const filter = grep === undefined ? [] : ["--", rustName(grep)];
  const where = ["--headless", "--chrome", "--chromedriver", chromedriver, "--mode", "no-install"];
  const { code, output } = await run(
    "wasm-pack",
    ["test", ...where, "--", "--all-features", "--test", test, ...filter],
    {
      env: { WASM_BINDGEN_TEST_TIMEOUT: "120", ...env },
      onLine: note,
      mayFail: true,
    },
  );
  const counts = withExitCode(fromCargo(output), code, { mayBeEmpty: grep !== undefined });
  return { ...counts, output: `${test}:\n${output}`, slow: [{ name: `tests/${test}.rs`, ms: clock.ms() }] };
}

/** `webdriver.json` with the browser that was found, as chromedriver by itself looks for Google's Chrome. */
function webdriverFor(chromium) {
  const capabilities = JSON.parse(readFileSync(at("webdriver.json"), "utf8"));
  capabilities["goog:chromeOptions"].binary = chromium;
  const file = at("target", "webdriver.json");
  mkdirSync(at("target"), { recursive: true });
  writeFileSync(file, JSON.stringify(capabilities));
  return file;
}
