import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { at, logs, npmProgram } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { fromPlaywright, timesFromPlaywright, withExitCode } from "./counts.mjs";

/** ms without output before a run is stopped. The configuration allows a test half a minute. */
const SILENCE = 90_000;

/** Tests the demo page and its server in a real browser, with clicks and keys. */
export const page = {
  name: "page",
  title: "page: Playwright, in Chromium",
  needs: ["build", "browser"],
  async run({ note, grep, browser }) {
    const report = join(logs, "page.json");
    rmSync(report, { force: true });
    const config = at("tests", "page", "playwright.config.ts");
    const args = ["test", "-c", config, "--reporter=list,json", "--output", at("target", "page-results")];
    if (grep !== undefined) args.push("--grep", String(grep), "--pass-with-no-tests");
    const { code, output } = await run(npmProgram("playwright"), args, {
      env: { CHROMIUM: browser.chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
      onLine: note,
      mayFail: true,
      silence: SILENCE,
    });
    const found = read(report, output);
    const counts = withExitCode(fromPlaywright(found), code, { mayBeEmpty: grep !== undefined });
    return { ...counts, output, slow: timesFromPlaywright(found) };
  },
};

function read(report, output) {
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    throw new Problem("Playwright exited without a report.", { output });
  }
}
