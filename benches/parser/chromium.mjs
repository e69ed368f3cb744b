import { readFileSync } from "node:fs";
import { startChromium, titleOf } from "../lib/chromium.mjs";

/**
 * Compares the parsers in a headless Chromium. Each corpus has a page with its own process.
 *
 * @param {string} bundle the path of the bundled `compare.mjs`
 * @param {string} executablePath
 */
export async function inChromium(bundle, executablePath) {
  const browser = await startChromium(executablePath);
  const url = `data:text/javascript;base64,${readFileSync(bundle).toString("base64")}`;
  return {
    name: "chromium",
    title: titleOf(browser),
    /** @returns {Promise<import("./table.mjs").Comparison>} */
    async compare(options) {
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        return await page.evaluate(
          async ([module, wanted]) => (await import(module)).compare(wanted),
          /** @type {const} */ ([url, options]),
        );
      } finally {
        await context.close();
      }
    },
    close: () => browser.close(),
  };
}
