import { runNodeTests } from "./node-tests.mjs";

/** The npm package as built, in real browsers: the vectors, and beside the browser's own `EventSource`. */
export const browser = {
  name: "browser",
  title: "browser: the npm package in Chromium and Firefox",
  needs: ["build", "browser", "firefox"],
  run: ({ note, browser: { chromium }, firefox }) =>
    runNodeTests("tests/browser", { note, env: { CHROMIUM: chromium, FIREFOX: firefox } }),
};
