/**
 * Builds the docs site in `target/docs/`: guides, recipes, and the reference of both languages from the comments. Fails when an
 * export has no docs.
 *
 *     npm run docs -- [options]
 *
 *   --serve           serves the site
 *   --port 8080       the port of --serve; any free port by default
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wasmEnv } from "./build/rustflags.mjs";
import { build } from "./build.mjs";
import { addRust, deadLinks, examplesCompile, searchIndex, site, typedoc } from "./docs/site.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { ensureDocsPackages } from "./setup/node-packages.mjs";
import { setUpBuild } from "./setup.mjs";
import { runChecks } from "./test/checks.mjs";

await main(async () => {
  const { isServed, port } = readArguments();
  await setUpBuild();
  await ensureDocsPackages();
  await build({ page: false });

  await check(typedoc);
  await check(searchIndex);
  await check(examplesCompile);
  await step("cargo doc: the crate", (note) => addRust(note, wasmEnv));
  const dead = deadLinks({ hasRust: true });
  if (dead.length > 0) throw new Problem("Some links of the docs are dead.", { output: dead.join("\n") });

  console.log(`\n${join(site, "index.html")}`);
  if (isServed) {
    // Imported here, since the packages that it imports exist only after the set-up.
    const { serve } = await import("./docs/serve.mjs");
    await serve(port);
  }
});

/** @param {() => import("./test/checks.mjs").Check} makeCheck */
async function check(makeCheck) {
  const { failed, output } = await runChecks([makeCheck()], () => {});
  if (failed > 0) throw new Problem("The docs are not complete.", { output, advice: "Correct the lines above." });
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { serve: { type: "boolean", default: false }, port: { type: "string", default: "0" } },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port)) throw new Error(`'${values.port}' is not a port number.`);
    return { isServed: values.serve, port };
  } catch (error) {
    throw new Problem(error.message, { advice: "npm run docs -- [--serve] [--port 8080]" });
  }
}
