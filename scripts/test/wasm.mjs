import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { wasmEnv } from "../build/rustflags.mjs";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { stopwatch } from "../lib/progress.mjs";
import { WASM } from "../setup/rust.mjs";
import { fromCargo, rustName, sum, withExitCode } from "./counts.mjs";
import { withEventServer } from "./event-server.mjs";

/** ms that a file of tests may take in one browser. */
const LIMIT = 5 * 60_000;

/**
 * Seconds for the tests of a file, and for the start of a driver while all cores are busy. The defaults of wasm-bindgen's
 * runner are 20 and 5.
 */
const limits = { WASM_BINDGEN_TEST_TIMEOUT: "120", WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "30" };

/**
 * Debug information is nine tenths of a module, and the runner parses the module for each browser. Stack traces have function
 * names without debug information.
 */
const quick = { CARGO_PROFILE_DEV_DEBUG: "false" };

/** Tests the web parts of the crate in headless browsers, against a real event server. */
export const wasm = {
  name: "wasm",
  title: "wasm: wasm-pack test, in Chromium and Firefox",
  needs: ["nodePackages", "rust", "wasmBindgen", "wasmPack", "browser", "firefox", "geckodriver"],
  async run({ note, grep, browser: { chromium, chromedriver }, firefox }) {
    const tests = readdirSync(at("tests"))
      .flatMap((file) => file.match(/^(web_.+)\.rs$/)?.[1] ?? [])
      .sort();
    if (tests.length === 0) throw new Problem("There is no tests/web_*.rs.");

    const browsers = [
      { name: "Chromium", args: ["--chrome", "--chromedriver", chromedriver], isHere: true },
      { name: "Firefox", args: ["--firefox"], isHere: firefox !== undefined },
    ];
    // With GECKODRIVER set, the runner would use Firefox even for Chromium.
    const webdriver = { GECKODRIVER: undefined, WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverFor({ chromium, firefox }) };
    return withEventServer(async (server) => {
      const env = { ...wasmEnv, ...limits, ...quick, ...webdriver, ...server };
      const { code, output } = await compile(tests, { note, env });
      if (code !== 0) return { passed: 0, failed: 1, skipped: 0, output, slow: [] };

      // Side by side, as tests in a browser mostly wait.
      const results = await Promise.all(
        browsers.map((browser) => (browser.isHere ? runAll(tests, { browser, note, grep, env }) : SKIPPED)),
      );
      return {
        ...sum(results),
        output: results.map(({ output }) => output).join("\n"),
        slow: results.flatMap(({ slow }) => slow),
      };
    });
  },
};

/** The result of a missing browser, which the set-up has reported. The number of skipped tests is unknown, so it is 1. */
const SKIPPED = { passed: 0, failed: 0, skipped: 1, output: "", slow: [] };

/** Compiles the tests, once for all browsers. */
function compile(tests, { note, env }) {
  const files = tests.flatMap((test) => ["--test", test]);
  const args = ["test", "--no-run", "--target", WASM, "--all-features", ...files];
  return run("cargo", args, { env, onLine: note, mayFail: true });
}

async function runAll(tests, { browser, note, grep, env }) {
  const results = [];
  // One at a time: wasm-pack stops at the first test binary that fails, and has no option to go on.
  for (const test of tests) results.push(await runOne(test, { browser, note, grep, env }));
  return {
    ...sum(results),
    output: results.map(({ output }) => output).join("\n"),
    slow: results.map(({ slow }) => slow),
  };
}

async function runOne(test, { browser, note, grep, env }) {
  const clock = stopwatch();
  const filter = grep === undefined ? [] : ["--", rustName(grep)];
  const { code, output } = await run(
    "wasm-pack",
    ["test", "--headless", ...browser.args, "--mode", "no-install", "--", "--all-features", "--test", test, ...filter],
    { env, onLine: (line) => note(`${browser.name}: ${line}`), timeout: LIMIT, mayFail: true },
  );
  const counts = withExitCode(fromCargo(output), code, { mayBeEmpty: grep !== undefined });
  const name = `tests/${test}.rs in ${browser.name}`;
  return { ...counts, output: `${name}:\n${output}`, slow: { name, ms: clock.ms() } };
}

/**
 * Writes a `webdriver.json` with the paths of the found browsers: drivers by default start only Google's Chrome and Firefox.
 */
function webdriverFor({ chromium, firefox }) {
  const capabilities = JSON.parse(readFileSync(at("webdriver.json"), "utf8"));
  capabilities["goog:chromeOptions"].binary = chromium;
  if (firefox) capabilities["moz:firefoxOptions"] = { binary: firefox };
  const file = at("target", "webdriver.json");
  mkdirSync(at("target"), { recursive: true });
  writeFileSync(file, JSON.stringify(capabilities));
  return file;
}
