/**
 * The counts of a test tool.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** @param {Counts[]} all @returns {Counts} */
export function sum(all) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of all) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/**
 * Corrects the counts by the exit code. A tool that fails without a failed test (a compile error, a crash) counts as one
 * failure. A tool that runs no test counts as one failure too, unless `mayBeEmpty`.
 *
 * @param {Counts} counts @param {number} exitCode @param {{ mayBeEmpty?: boolean }} [options] @returns {Counts}
 */
export function withExitCode(counts, exitCode, { mayBeEmpty = false } = {}) {
  const silent = counts.failed === 0 && (exitCode !== 0 || (counts.passed === 0 && !mayBeEmpty));
  return silent ? { ...counts, failed: 1 } : counts;
}

/** The sum of the `test result:` lines of `cargo test`, one per test binary. wasm-bindgen's runner prints the same lines. */
export function fromCargo(output) {
  const lines = output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm);
  return sum([...lines].map(([, passed, failed, skipped]) => numbers({ passed, failed, skipped })));
}

/** The duration of each test binary in the output of `cargo test`. @returns {{ name: string, ms: number }[]} */
export function timesFromCargo(output) {
  let name = "";
  return output.split("\n").flatMap((line) => {
    name = line.match(/^ *(?:Running(?: unittests)?|Doc-tests) (\S+)/)?.[1] ?? name;
    const time = line.match(/^test result: .* finished in ([\d.]+)s/)?.[1];
    return time === undefined ? [] : [{ name, ms: Number(time) * 1000 }];
  });
}

/** Converts a pattern of words to a filter for Rust tests, whose names are in snake case. @param {RegExp} grep */
export const rustName = (grep) =>
  grep.source
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");

/** The duration of each Playwright test. @returns {{ name: string, ms: number }[]} */
export function timesFromPlaywright({ suites }) {
  return suites.flatMap(({ suites = [], specs = [] }) => [
    ...timesFromPlaywright({ suites }),
    ...specs.map(({ title, tests }) => {
      const results = tests.flatMap(({ results }) => results);
      return { name: title, ms: results.reduce((sum, { duration }) => sum + duration, 0) };
    }),
  ]);
}

/** The counts of Playwright's JSON report. A test that passed only in a retry is `flaky` and counts as failed. */
export function fromPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected, failed: unexpected + flaky, skipped };
}

const numbers = ({ passed, failed, skipped }) => ({
  passed: Number(passed),
  failed: Number(failed),
  skipped: Number(skipped),
});
