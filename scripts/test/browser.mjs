import { webkitEnv } from "../setup/webkit.mjs";
import { runNodeTests } from "./node-tests.mjs";

/** The npm package as built, in real browsers: the vectors, and beside the browser's own `EventSource`. */
export const browser = {
  name: "browser",
  title: "browser: the npm package in Chromium, Firefox and WebKitGTK",
  needs: ["build", "browser", "firefox", "webkit"],
  async run({ note, grep, browser: { chromium }, firefox, webkit }) {
    const env = { CHROMIUM: chromium, FIREFOX: firefox, ...webkitEnv(webkit) };
    const result = await runNodeTests("tests/browser", { note, grep, env });
    // Random streams are no use to anyone who does not know the seed.
    for (const [, line] of result.output.matchAll(/^ *ℹ (.+, seed .+)$/gm)) console.log(`  ${line}`);
    return result;
  },
};
