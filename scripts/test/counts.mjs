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
 * Corrects the counts by the exit code. A tool that failed without a failed test (it did not compile, it crashed) has failed once.
 * A tool that ran no test has failed, too, unless it was to run only some tests.
 *
 * @param {Counts} counts @param {number} exitCode @param {{ mayBeEmpty?: boolean }} [options] @returns {Counts}
 */
export function withExitCode(counts, exitCode, { mayBeEmpty = false } = {}) {
  const silent = counts.failed === 0 && (exitCode !== 0 || (counts.passed === 0 && !mayBeEmpty));
  return silent ? { ...counts, failed: 1 } : counts;
}

/** The `test result:` lines of `cargo test`, one per test binary; wasm-bindgen's runner prints the same. */
export function fromCargo(output) {
  const lines = output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm);
  return sum([...lines].map(([, passed, failed, skipped]) => numbers({ passed, failed, skipped })));
}

/** How long each test binary ran, by the lines of `cargo test`. @returns {{ name: string, ms: number }[]} */
export function timesFromCargo(output) {
  let name = "";
  return output.split("\n").flatMap((line) => {
    name = line.match(/^ *(?:Running(?: unittests)?|Doc-tests) (\S+)/)?.[1] ?? name;
    const time = line.match(/^test result: .* finished in ([\d.]+)s/)?.[1];
    return time === undefined ? [] : [{ name, ms: Number(time) * 1000 }];
  });
}

/** A filter for Rust's tests, whose names are in snake case, from a pattern of words. @param {RegExp} grep */
export const rustName = (grep) =>
  grep.source
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");

/** How long each of Playwright's tests ran. @returns {{ name: string, ms: number }[]} */
export function timesFromPlaywright({ suites }) {
  return suites.flatMap(({ suites = [], specs = [] }) => [
    ...timesFromPlaywright({ suites }),
    ...specs.map(({ title, tests }) => {
      const results = tests.flatMap(({ results }) => results);
      return { name: title, ms: results.reduce((sum, { duration }) => sum + duration, 0) };
    }),
  ]);
}

/** Playwright's JSON report. A test that passed only when tried again is `flaky`, and did fail. */
export function fromPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected, failed: unexpected + flaky, skipped };
}

const numbers = ({ passed, failed, skipped }) => ({
  passed: Number(passed),
  failed: Number(failed),
  skipped: Number(skipped),
});
