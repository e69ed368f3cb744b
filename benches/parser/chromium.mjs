import { readFileSync } from "node:fs";

/**
 * Compares in a headless Chromium, in a page with a process of its own for each corpus.
 *
 * @param {string} bundle the path of the bundled `compare.mjs`
 * @param {string} executablePath
 */
export async function inChromium(bundle, executablePath) {
  // Not at the top: it is there only once npm ci has run.
  const { chromium } = await import("@playwright/test");
  const args = ["--no-sandbox", "--disable-background-networking", "--js-flags=--expose-gc"];
  const browser = await chromium.launch({ executablePath, args });
  const url = `data:text/javascript;base64,${readFileSync(bundle).toString("base64")}`;
  return {
    name: "chromium",
    title: `Chromium ${browser.version()}, headless`,
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
