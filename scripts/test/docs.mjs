import { checkInterface, deadLinks, examplesCompile, searchIndex, typedoc } from "../docs/site.mjs";
import { staleTranslations } from "../docs/translations.mjs";
import { ensureDocsPackages } from "../setup/node-packages.mjs";
import { runChecks } from "./checks.mjs";
import { sum } from "./counts.mjs";
import { runNodeTests } from "./node-tests.mjs";

/**
 * The docs page: everything is documented, the examples compile and run, no link leads nowhere, the Chinese pages follow the English
 * ones; and the public interface is the one that is written down. `lint` runs rustdoc.
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
  return check("the links lead somewhere", deadLinks({ hasRust: false }));
}

function checkTranslations() {
  return check("the Chinese pages have the headings, names and code of the English ones", staleTranslations());
}

/** @param {string} claim @param {string[]} complaints */
function check(claim, complaints) {
  const isFine = complaints.length === 0;
  console.log(`  ${isFine ? "✓" : "✗"} ${claim}`);
  return { passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: 0, output: complaints.join("\n") };
}
