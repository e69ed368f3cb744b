/**
 * Installs the tools of the build and the tests on a machine that has only Rust and Node.js. If all tools are present, it does
 * nothing and takes well under a second. `npm start` and `npm test` call it; by hand: `node scripts/setup.mjs`.
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

/** Installs the tools of the build. Fails with the first failure. */
export async function setUpBuild() {
  checkNode();
  await all([ensureNodePackages(), ensureRust({ linters: false }).then(ensureWasmBindgen)]);
}

/**
 * Starts to install all tools of the tests at once. A layer awaits only the tools that it uses, so a missing browser does not
 * stop the native tests.
 */
export function setUpTests({ wasmPack = false, browser = false, firefox = false, webkit = false, linters = false }) {
  checkNode();
  const rust = ensureRust({ linters });
  const browserFound = browser ? ensureBrowser() : undefined;
  // One after the other, since the distribution's package manager allows one install at a time.
  const firefoxFound = firefox ? Promise.allSettled([browserFound]).then(ensureFirefox) : undefined;
  const parts = {
    nodePackages: ensureNodePackages(),
    rust,
    wasmBindgen: rust.then(ensureWasmBindgen),
    wasmPack: wasmPack ? rust.then(ensureWasmPack) : undefined,
    browser: browserFound,
    firefox: firefoxFound,
    // Only wasm-pack needs geckodriver.
    geckodriver:
      wasmPack && firefox
        ? all([rust, firefoxFound]).then(async () => (await firefoxFound) && ensureGeckodriver())
        : undefined,
    webkit: webkit ? Promise.allSettled([browserFound, firefoxFound]).then(ensureWebKit) : undefined,
  };
  // Layers await the parts later; until then a failure must not count as an unhandled rejection.
  for (const part of Object.values(parts)) part?.catch(() => {});
  return parts;
}

/** Waits until all promises settle, then fails with the first failure, so that no install is stopped halfway. */
export async function all(promises) {
  const failed = (await Promise.allSettled(promises)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const everything = { wasmPack: true, browser: true, firefox: true, webkit: true, linters: true };
    await all(Object.values(setUpTests(everything)));
    console.log("All tools of the build and the tests are installed.");
  });
}
