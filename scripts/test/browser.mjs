import { webkitEnv } from "../setup/webkit.mjs";
import { runNodeTests } from "./node-tests.mjs";

/** Tests the built npm package in real browsers, by the vectors and against the browser's own `EventSource`. */
export const browser = {
  name: "browser",
  title: "browser: the npm package in Chromium, Firefox and WebKitGTK",
  needs: ["build", "browser", "firefox", "webkit"],
  async run({ note, grep, browser: { chromium }, firefox, webkit }) {
    const env = { CHROMIUM: chromium, FIREFOX: firefox, ...webkitEnv(webkit) };
    const result = await runNodeTests("tests/browser", { note, grep, env });
    // Prints the seeds, which repeat the random streams.
    for (const [, line] of result.output.matchAll(/^ *ℹ (.+, seed .+)$/gm)) console.log(`  ${line}`);
    return result;
  },
};
