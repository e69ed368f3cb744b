/**
 * Runs benchmarks against other libraries: all benchmarks, or the named ones. Each benchmark has its own options; an unknown
 * option prints the list.
 *
 *     npm run bench -- [parser] [client] [start] [options]
 *     npm run bench:parser -- --runtime node --corpus ticks --seconds 3
 */
import { parseArgs } from "node:util";
import { benchClient, OPTIONS as CLIENT_OPTIONS } from "../benches/client/bench.mjs";
import { benchParser, OPTIONS as PARSER_OPTIONS } from "../benches/parser/bench.mjs";
import { benchShared, OPTIONS as SHARED_OPTIONS } from "../benches/shared/bench.mjs";
import { benchStart, OPTIONS as START_OPTIONS } from "../benches/start/bench.mjs";
import { build } from "./build.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { ensureBenchPackages } from "./setup/node-packages.mjs";
import { setUpBuild } from "./setup.mjs";

const BENCHES = {
  parser: { run: benchParser, options: PARSER_OPTIONS },
  client: { run: benchClient, options: CLIENT_OPTIONS },
  start: { run: benchStart, options: START_OPTIONS },
  shared: { run: benchShared, options: SHARED_OPTIONS },
};

await main(async () => {
  const { names, given } = readArguments();
  await setUpBuild();
  await ensureBenchPackages();
  await build({ page: false });
  const needs = { chromium: async () => (await ensureBrowser()).chromium };
  for (const name of names) await BENCHES[name].run({ ...defaults(name), ...given }, needs);
});

/** The chosen benchmarks and the given options. A given option applies to all chosen benchmarks; each has its own defaults. */
function readArguments() {
  const known = Object.keys(BENCHES);
  let named = known;
  try {
    const options = Object.assign({}, ...known.map((name) => withoutDefaults(name)));
    const { positionals, values: given } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`There is no benchmark '${unknown}'.`);
    if (positionals.length > 0) named = positionals;
    for (const name of named) {
      const foreign = Object.keys(given).find((option) => !(option in BENCHES[name].options));
      if (foreign !== undefined) throw new Error(`'${name}' has no option '--${foreign}'.`);
    }
    return { names: named, given };
  } catch (error) {
    const usage = named.map((name) => {
      const flags = Object.entries(defaults(name)).map(([option, value]) => `--${option} ${value}`);
      return `npm run bench:${name} -- with, by default: ${flags.join(" ")}`;
    });
    throw new Problem(error.message, { advice: usage.join("\n") });
  }
}

function defaults(name) {
  return Object.fromEntries(Object.entries(BENCHES[name].options).map(([option, one]) => [option, one.default]));
}

function withoutDefaults(name) {
  return Object.fromEntries(Object.entries(BENCHES[name].options).map(([option, { type }]) => [option, { type }]));
}
