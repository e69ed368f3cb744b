/**
 * Builds the package, fetches what it is compared with, and runs benchmarks: all of them, or those that are named.
 * `node scripts/bench.mjs parser --runtime node --corpus ticks --seconds 3`.
 */
import { parseArgs } from "node:util";
import { benchParser, OPTIONS } from "../benches/parser/bench.mjs";
import { build } from "./build.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { ensureBenchPackages } from "./setup/node-packages.mjs";
import { setUpBuild } from "./setup.mjs";

const BENCHES = { parser: benchParser };

await main(async () => {
  const { names, options } = readArguments();
  await setUpBuild();
  await ensureBenchPackages();
  await build({ page: false });
  for (const name of names) await BENCHES[name](options, { chromium: async () => (await ensureBrowser()).chromium });
});

function readArguments() {
  const known = Object.keys(BENCHES);
  try {
    const { positionals, values } = parseArgs({ options: OPTIONS, allowPositionals: true });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`There is no benchmark '${unknown}'.`);
    return { names: positionals.length > 0 ? positionals : known, options: values };
  } catch (error) {
    const flags = Object.entries(OPTIONS).map(([name, { default: value }]) => `--${name} ${value}`);
    const advice = `npm run bench -- [${known.join("] [")}] with, by default: ${flags.join(" ")}`;
    throw new Problem(error.message, { advice });
  }
}
