import { describe, test } from "node:test";
import { browsers } from "./browsers.mjs";

/**
 * A group of tests for each browser: the browsers side by side, the tests of one after each other.
 *
 * @param {string} title
 * @param {(browser: string) => void} addTests
 */
export function inEachBrowser(title, addTests) {
  describe(title, { concurrency: true }, () => {
    for (const { name: browser, skip } of browsers) {
      if (skip) test(browser, { skip });
      else describe(browser, { concurrency: 1 }, () => addTests(browser));
    }
  });
}
