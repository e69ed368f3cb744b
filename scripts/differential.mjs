/**
 * Compares a browser's own `EventSource` with ours on random streams.
 *
 *     npm run differential -- [options]
 *
 *   --browser firefox chrome, firefox or webkit
 *   --streams 20000   the number of streams
 *   --seed 7          repeats the streams of an earlier run
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { ensureFirefox } from "./setup/firefox.mjs";
import { ensureWebKit, webkitEnv } from "./setup/webkit.mjs";
import { setUpBuild } from "./setup.mjs";

const DIFFERENTIAL = "../tests/browser/differential/differential.mjs";

await main(async () => {
  const { browser, streams, seed } = readArguments();
  await setUpBuild();
  await build({ page: false });
  if (browser === "chrome") process.env.CHROMIUM = (await ensureBrowser()).chromium;
  else if (browser === "firefox") process.env.FIREFOX = (await ensureFirefox()) ?? "";
  else {
    const webkit = await ensureWebKit();
    if (webkit) Object.assign(process.env, webkitEnv(webkit));
  }
  // Imported here, since the packages that it imports exist only after the set-up.
  const { differential, summary } = await import(new URL(DIFFERENTIAL, import.meta.url).href);
  const report = await step(`${streams} streams, seed ${seed}`, (onProgress) =>
    differential({ browser, streams, seed, onProgress }),
  );
  console.log(summary(report).join("\n"));
  return report.failures.length > 0 ? 1 : 0;
});

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        browser: { type: "string", default: "chrome" },
        streams: { type: "string", default: "3000" },
        seed: { type: "string", default: String(randomInt(2 ** 31)) },
      },
    });
    const { browser, streams, seed } = { ...values, streams: Number(values.streams), seed: Number(values.seed) };
    if (!["chrome", "firefox", "webkit"].includes(browser)) throw new Error(`There is no browser '${browser}' here.`);
    if (!(streams > 0) || !Number.isInteger(seed)) throw new Error("--streams and --seed must be numbers.");
    return { browser, streams, seed };
  } catch (error) {
    throw new Problem(error.message, {
      advice: "npm run differential -- [--browser chrome|firefox|webkit] [--streams N] [--seed N]",
    });
  }
}
