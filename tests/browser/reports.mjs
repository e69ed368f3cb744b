/**
 * Runs long work in a page, which reports its progress. Each call to the page is short, and the time without a report is
 * limited, so a page that hangs is noticed.
 */

/** The limit, in ms, of the time without a report. */
const SILENCE = 60_000;

/**
 * Calls `run(order, report)` of a module in the page, and returns its result.
 *
 * @param {import("./browsers.mjs").Page} page
 * @param {object} options
 * @param {string} options.module its path on the page's server
 * @param {object} options.order
 * @param {string} options.what the name of the work, which begins the message of an error
 * @param {(report: any) => void} [options.onReport]
 * @param {number} [options.silence] the limit, in ms, of the time without a report
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
