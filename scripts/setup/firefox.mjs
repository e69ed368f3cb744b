import * as apt from "../lib/apt.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";
import { download, downloaded, inOneLine, inOrder, overridden, programs } from "./browser.mjs";

const NAMES = ["firefox-esr", "firefox"];

/**
 * Finds or installs a Firefox; it needs no driver. Tries in this order: the path in FIREFOX, an installed Firefox, a download,
 * the distribution's package. For root and in CI, the package comes before the download. Without a Firefox, a line reports that
 * its tests are skipped.
 *
 * @returns {Promise<string | undefined>}
 */
export async function ensureFirefox() {
  const named = overridden("FIREFOX");
  const installed = await first(named ?? [...NAMES, ...downloaded("firefox")]);
  if (installed) return installed;
  if (named)
    throw new Problem(`FIREFOX names no Firefox that starts: ${named}.`, { advice: "Correct or unset FIREFOX." });

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
  console.log("! There is no Firefox, and none could be installed: its tests are SKIPPED.");
  for (const failure of failures) console.log(failure);
  console.log("  To run them, install Firefox (Debian: apt-get install firefox-esr), or set FIREFOX to its path.");
  return undefined;
}

async function fromPackages() {
  if (!apt.canInstall()) return undefined;
  await step("apt-get: firefox-esr", (note) => apt.install(["firefox-esr"], note));
  return first(NAMES);
}

const fromDownload = () => step("Firefox", async (note) => first([(await download("firefox@stable", note)).path]));

const first = async (names) => (await programs(names))[0]?.path;
