import * as apt from "../lib/apt.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";
import { download, downloaded, inOneLine, inOrder, overridden, programs } from "./browser.mjs";

const NAMES = ["firefox-esr", "firefox"];

/**
 * A Firefox, which drives itself: the one that FIREFOX names, an installed one, a download, or the distribution's package, in
 * this order; the package comes before the download for root and in CI. Without any, the tests in
 * Firefox are skipped, with a line that says so.
 *
 * @returns {Promise<string | undefined>}
 */
export async function ensureFirefox() {
  const named = overridden("FIREFOX");
  const installed = await first(named ?? [...NAMES, ...downloaded("firefox")]);
  if (installed) return installed;
  if (named)
    throw new Problem(`FIREFOX names no Firefox that starts: ${named}.`, { advice: "Correct it, or unset it." });

  const failures = [];
  for (const attempt of inOrder(fromPackages, fromDownload)) {
    try {
      const path = await attempt();
      if (path) return path;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      failures.push(`  ${inOneLine(error)}`);
    }
  }
  console.log("! There is no Firefox, and none could be had: the tests in it are SKIPPED.");
  for (const failure of failures) console.log(failure);
  console.log("  Install it (Debian: apt-get install firefox-esr), or set FIREFOX to its path, to have them run.");
  return undefined;
}

async function fromPackages() {
  if (!apt.canInstall()) return undefined;
  await step("apt-get: firefox-esr", (note) => apt.install(["firefox-esr"], note));
  return first(NAMES);
}

const fromDownload = () => step("Firefox", async (note) => first([(await download("firefox@stable", note)).path]));

const first = async (names) => (await programs(names))[0]?.path;
