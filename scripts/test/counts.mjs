/**
 * What a test tool counted.
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
 * A tool that failed without naming a failed test (it did not compile, it crashed) failed once all the same, and one that
 * ran nothing did not pass.
 *
 * @param {Counts} counts @param {number} exitCode @returns {Counts}
 */
export function withExitCode(counts, exitCode) {
  const silent = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0);
  return silent ? { ...counts, failed: 1 } : counts;
}

/** The `test result:` lines of `cargo test`, one per test binary; wasm-bindgen's runner prints the same. */
export function fromCargo(output) {
  const lines = output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm);
  return sum([...lines].map(([, passed, failed, skipped]) => numbers({ passed, failed, skipped })));
}

/** The closing comments of TAP as node:test writes it. */
export function fromTap(tap) {
  const last = (name) => tap.match(new RegExp(`^# ${name} (\\d+)$`, "m"))?.[1] ?? "0";
  const { passed, failed, skipped } = numbers({ passed: last("pass"), failed: last("fail"), skipped: last("skipped") });
  return { passed, failed: failed + Number(last("cancelled")), skipped: skipped + Number(last("todo")) };
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
