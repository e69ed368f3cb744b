/**
 * Runs `FetchEventSource` in browsers against servers that misbehave, and prints a table.
 *
 *     npm run test:faults -- [options]
 *
 *   --browser firefox only one browser: chrome, firefox or webkit
 *   --only cut        only the servers whose names contain this text
 */
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { ensureFirefox } from "./setup/firefox.mjs";
import { ensureWebKit, webkitEnv } from "./setup/webkit.mjs";
import { setUpBuild } from "./setup.mjs";

const BROWSERS = ["chrome", "firefox", "webkit"];
const SUITE = "../tests/faults/suite.mjs";

await main(async () => {
  const { browsers, only } = readArguments();
  await setUpBuild();
  await build({ page: false });
  if (browsers.includes("chrome")) process.env.CHROMIUM = (await ensureBrowser()).chromium;
  const firefox = browsers.includes("firefox") ? await ensureFirefox() : undefined;
  if (firefox) process.env.FIREFOX = firefox;
  const webkit = browsers.includes("webkit") ? await ensureWebKit() : undefined;
  if (webkit) Object.assign(process.env, webkitEnv(webkit));
  // Imported here, since the packages that it imports exist only after the set-up.
  const { runSuite, table } = await import(new URL(SUITE, import.meta.url).href);
  const report = await step("faults", () => runSuite({ browsers, only }));
  console.log(table(report));
  return report.failed > 0 || report.passed === 0 ? 1 : 0;
});

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { browser: { type: "string" }, only: { type: "string", default: "" } },
    });
    const { browser, only } = values;
    if (browser !== undefined && !BROWSERS.includes(browser)) {
      throw new Error(`There is no browser '${browser}' here.`);
    }
    return { browsers: browser === undefined ? BROWSERS : [browser], only };
  } catch (error) {
    throw new Problem(error.message, {
      advice: `npm run test:faults -- [--browser ${BROWSERS.join("|")}] [--only part-of-a-name]`,
    });
  }
}
