/**
 * Everything that building and testing need on a machine with only Rust and Node.js. Does nothing, in well under a second,
 * when all is there. `npm start` and `npm test` call it; by hand: `node scripts/setup.mjs`.
 */
import { fileURLToPath } from "node:url";
import { main } from "./lib/problem.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { ensureGeckodriver, ensureWasmBindgen, ensureWasmPack } from "./setup/cargo-tools.mjs";
import { ensureFirefox } from "./setup/firefox.mjs";
import { checkNode } from "./setup/node.mjs";
import { ensureNodePackages } from "./setup/node-packages.mjs";
import { ensureRust } from "./setup/rust.mjs";
import { ensureWebKit } from "./setup/webkit.mjs";

/** Installs the tools of the build. Fails with the first one that cannot be installed. */
export async function setUpBuild() {
  checkNode();
  await all([ensureNodePackages(), ensureRust({ linters: false }).then(ensureWasmBindgen)]);
}

/**
 * Begins to install all tools of the tests at once. A layer awaits the tools that it uses, so a missing browser stops no native
 * test.
 */
export function setUpTests({ wasmPack = false, browser = false, firefox = false, webkit = false, linters = false }) {
  checkNode();
  const rust = ensureRust({ linters });
  const browserFound = browser ? ensureBrowser() : undefined;
  // One after the other, as the distribution's package manager does one thing at a time.
  const firefoxFound = firefox ? Promise.allSettled([browserFound]).then(ensureFirefox) : undefined;
  const parts = {
    nodePackages: ensureNodePackages(),
    rust,
    wasmBindgen: rust.then(ensureWasmBindgen),
    wasmPack: wasmPack ? rust.then(ensureWasmPack) : undefined,
    browser: browserFound,
    firefox: firefoxFound,
    // For wasm-pack alone: all else drives Firefox without one.
    geckodriver:
      wasmPack && firefox
        ? all([rust, firefoxFound]).then(async () => (await firefoxFound) && ensureGeckodriver())
        : undefined,
    webkit: webkit ? Promise.allSettled([browserFound, firefoxFound]).then(ensureWebKit) : undefined,
  };
  // Each is awaited later; until then a failure is not an unhandled one.
  for (const part of Object.values(parts)) part?.catch(() => {});
  return parts;
}

/** Waits for all to settle, then fails with the first failure: no tool is stopped halfway through an install. */
export async function all(promises) {
  const failed = (await Promise.allSettled(promises)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const everything = { wasmPack: true, browser: true, firefox: true, webkit: true, linters: true };
    await all(Object.values(setUpTests(everything)));
    console.log("All that building and testing need is here.");
  });
}
