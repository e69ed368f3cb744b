import { runNodeTests } from "./node-tests.mjs";

/** The npm package as built, in real browsers: the vectors, and beside the browser's own `EventSource`. */
export const browser = {
  name: "browser",
  title: "browser: the npm package in Chromium and Firefox",
  needs: ["build", "browser", "firefox"],
  async run({ note, browser: { chromium }, firefox }) {
    const result = await runNodeTests("tests/browser", { note, env: { CHROMIUM: chromium, FIREFOX: firefox } });
    // Random streams are no use to anyone who does not know the seed.
    for (const [, line] of result.output.matchAll(/^ *ℹ (.+, seed .+)$/gm)) console.log(`  ${line}`);
    return result;
  },
};
