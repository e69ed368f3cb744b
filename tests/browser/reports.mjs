/**
 * Long work in a page, which reports as it goes on. One call that lasts as long as the work could hide a page that hangs;
 * here each call is short, and the time without a report is limited.
 */

/** ms without a report. */
const SILENCE = 60_000;

/**
 * Calls `run(order, report)` of a module in the page, and gives back its result.
 *
 * @param {import("./browsers.mjs").Page} page
 * @param {object} options
 * @param {string} options.module its path on the page's server
 * @param {object} options.order
 * @param {string} options.what the beginning of an error's sentence
 * @param {(report: any) => void} [options.onReport]
 * @param {number} [options.silence] ms without a report after which the page hangs
 */
export async function runInPage(page, { module, order, what, onReport = () => {}, silence = SILENCE }) {
  await page.evaluate(beginRun, module, order);
  for (let latest = performance.now(); ; ) {
    const { reports, end } = await page.evaluate(takeReports);
    for (const report of reports) onReport(report);
    if (end?.error !== undefined) throw new Error(`${what}: ${end.error}`);
    if (end) return end.value;
    if (reports.length > 0) latest = performance.now();
    if (performance.now() - latest > silence) throw new Error(`${what} hangs: no report for ${silence / 1000} s`);
  }
}

/** Runs in the page. */
async function beginRun(module, order) {
  const path = "/tests/browser/reports/page.mjs";
  (await import(path)).begin(module, order);
}

/** Runs in the page. */
async function takeReports() {
  const path = "/tests/browser/reports/page.mjs";
  return (await import(path)).take();
}
