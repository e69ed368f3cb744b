import { checkInterface, deadLinks, examplesCompile, searchIndex, typedoc } from "../docs/site.mjs";
import { staleTranslations } from "../docs/translations.mjs";
import { ensureDocsPackages } from "../setup/node-packages.mjs";
import { runChecks } from "./checks.mjs";
import { sum } from "./counts.mjs";
import { runNodeTests } from "./node-tests.mjs";

/**
 * Tests the docs site: every export has docs, the examples compile and run, no link is dead, and the Chinese pages match the
 * English pages. Also compares the public interface with its table. The layer `lint` runs rustdoc.
 */
export const docs = {
  name: "docs",
  title: "docs: typedoc over the package's declarations, and their examples",
  needs: ["build", "browser"],
  hasNames: false,
  async run({ note, browser: { chromium } }) {
    await ensureDocsPackages();
    const documented = await runChecks([typedoc(), searchIndex()], note);
    const compiled = await runChecks([examplesCompile()], note);
    const ran = await runNodeTests("tests/docs", { note, env: { CHROMIUM: chromium } });
    const results = [documented, compiled, ran, checkLinks(), checkTranslations(), await checkInterface()];
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
  return check("no link of the docs is dead", deadLinks({ hasRust: false }));
}

function checkTranslations() {
  return check("the Chinese pages have the headings, names and code of the English pages", staleTranslations());
}

/** @param {string} claim @param {string[]} complaints */
function check(claim, complaints) {
  const isFine = complaints.length === 0;
  console.log(`  ${isFine ? "✓" : "✗"} ${claim}`);
  return { passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: 0, output: complaints.join("\n") };
}
