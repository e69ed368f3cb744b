import { runNodeTests } from "./node-tests.mjs";

/** Tests the files of `docs/recipes/` as readers copy them: in Node, and bundled by Vite in Chromium and Firefox. */
export const recipes = {
  name: "recipes",
  title: "recipes: the recipes of the docs, in Node, Chromium and Firefox",
  needs: ["build", "browser", "firefox"],
  run: ({ note, grep, browser: { chromium }, firefox }) =>
    runNodeTests("tests/recipes", { note, grep, env: { CHROMIUM: chromium, FIREFOX: firefox } }),
};
