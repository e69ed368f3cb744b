import { relative } from "node:path";
import { run } from "../lib/command.mjs";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, root } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { stopwatch } from "../lib/progress.mjs";
import { sum, withExitCode } from "./counts.mjs";

/** The number of files that run in parallel. Test files mostly wait. */
const AT_ONCE = 2;

/** ms without output and without a test that begins or ends. Waits within tests have shorter limits. */
const SILENCE = 90_000;

/** The reason that node:test gives for a test that `--test-name-pattern` leaves out. */
const UNWANTED = "test name does not match pattern";

/**
 * Runs the `*.test.mjs` of a folder by Node's test runner. Each file has its own process, so that a file that hangs is stopped
 * alone.
 *
 * @param {string} folder
 * @param {{ note: (line: string) => void, env?: Record<string, string | undefined>, grep?: RegExp, silence?: number }} options
 */
export async function runNodeTests(folder, options) {
  const files = filesBelow(at(folder)).filter((file) => file.endsWith(".test.mjs"));
  if (files.length === 0) throw new Problem(`There is no *.test.mjs in ${folder}.`);

  const queue = [...files.keys()];
  const results = [];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results[next] = await runFile(files[next], options);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return {
    ...sum(results),
    output: results.map(({ output }) => output).join("\n"),
    failures: results.flatMap(({ failures }) => failures).join("\n"),
    slow: results.flatMap(({ slow }) => slow),
  };
}

/** @param {string} file @param {Parameters<typeof runNodeTests>[1]} options */
async function runFile(file, { note, env, grep, silence = SILENCE }) {
  const name = relative(root, file);
  const clock = stopwatch();
  const seen = new Seen();
  const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
  reporters.push(`--test-reporter=${at("scripts", "test", "reporter.mjs")}`, "--test-reporter-destination=stdout");
  const pattern = grep === undefined ? [] : [`--test-name-pattern=${grep}`];
  const { code, output, isStopped } = await run(process.execPath, [...reporters, ...pattern, file], {
    env: { ...env, TEST_GREP: grep?.source },
    onLine: note,
    onMessage: (news) => seen.add(news),
    mayFail: true,
    silence,
  });
  const counts = seen.counts();
  // A process that was not stopped has reported each test.
  const unfinished = isStopped ? seen.unfinished() : [];
  counts.failed += unfinished.length;
  const complaints = unfinished.map((test) => `✖ ${name}: ${test} did not end`);
  const final = withExitCode(counts, code, { mayBeEmpty: grep !== undefined });
  // The spec reporter lists the failures again at its end.
  const failures = output.split("✖ failing tests:")[1] ?? output.split("\n").slice(-50).join("\n");
  return {
    ...final,
    output: [`${name}:`, output, ...complaints].join("\n"),
    failures: final.failed > 0 ? [`${name}:`, failures, ...complaints] : [],
    slow: [...seen.slow(), { name, ms: clock.ms() }],
  };
}

/** Collects the reports of a file's tests. */
class Seen {
  /** Tests and suites that have begun and not ended. @type {{ name: string, nesting: number }[]} */
  #running = [];
  /** Tests that have ended. @type {import("./reporter.mjs").News[]} */
  #ended = [];
  /** Tests that were also reported in the order of the file. */
  #reported = [];

  /** @param {import("./reporter.mjs").News} news */
  add(news) {
    const { type, name, nesting, isSuite, skip } = news;
    if (type === "begin") this.#running.push({ name, nesting });
    if (type === "end") {
      const index = this.#running.findIndex((one) => one.name === name && one.nesting === nesting);
      // Node 20 may report an end twice.
      if (index === -1) return;
      this.#running.splice(index, 1);
    }
    if (isSuite || skip === UNWANTED) return;
    if (type === "end") this.#ended.push(news);
    if (type === "report") this.#reported.push(news);
  }

  /** @returns {import("./counts.mjs").Counts} */
  counts() {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const { skip, passed } of this.#all()) counts[skip ? "skipped" : passed ? "passed" : "failed"] += 1;
    return counts;
  }

  /** The duration of each test. */
  slow() {
    return this.#all().map(({ name, ms }) => ({ name, ms }));
  }

  /** The innermost tests that have not ended, which are the tests that hang. */
  unfinished() {
    const innermost = Math.max(...this.#running.map(({ nesting }) => nesting));
    const around = this.#running.filter(({ nesting }) => nesting < innermost).map(({ name }) => name);
    const hanging = this.#running.filter(({ nesting }) => nesting === innermost);
    return hanging.map(({ name }) => [...around, name].join(" › "));
  }

  /** The tests that ended. A stopped file has not reported all of them. */
  #all() {
    const all = [this.#reported, this.#ended];
    return this.#reported.length >= this.#ended.length ? all[0] : all[1];
  }
}
