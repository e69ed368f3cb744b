import { describe, test } from "node:test";
import { browsers } from "./browsers.mjs";

/**
 * Adds a group of tests for each browser. The browsers run in parallel, and the tests of a browser one after the other.
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
