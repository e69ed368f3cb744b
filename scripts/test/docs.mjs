import { checkInterface, deadLinks, examplesCompile, typedoc } from "../docs/site.mjs";
import { ensureDocsPackages } from "../setup/node-packages.mjs";
import { runChecks } from "./checks.mjs";
import { sum } from "./counts.mjs";
import { runNodeTests } from "./node-tests.mjs";

/**
 * The docs page: everything is documented, the examples compile and run, no link leads nowhere; and the public interface is the one
 * that is written down. `lint` runs rustdoc.
 */
export const docs = {
  name: "docs",
  title: "docs: typedoc over the package's declarations, and their examples",
  needs: ["build", "browser"],
  hasNames: false,
  async run({ note, browser: { chromium } }) {
    await ensureDocsPackages();
    const documented = await runChecks([typedoc()], note);
    const compiled = await runChecks([examplesCompile()], note);
    const ran = await runNodeTests("tests/docs", { note, env: { CHROMIUM: chromium } });
    const results = [documented, compiled, ran, checkLinks(), await checkInterface()];
    const slow = [documented, compiled, ran].flatMap(({ slow }) => slow);
    return {
      ...sum(results),
      output: results
        .map(({ output }) => output)
        .filter(Boolean)
        .join("\n\n"),
      slow,
    };
  },
};

function checkLinks() {
  const dead = deadLinks({ hasRust: false });
  console.log(`  ${dead.length === 0 ? "✓" : "✗"} the links lead somewhere`);
  return { passed: dead.length === 0 ? 1 : 0, failed: dead.length > 0 ? 1 : 0, skipped: 0, output: dead.join("\n") };
}
