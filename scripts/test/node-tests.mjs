import { relative } from "node:path";
import { run } from "../lib/command.mjs";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, root } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { stopwatch } from "../lib/progress.mjs";
import { sum, withExitCode } from "./counts.mjs";

/** Two files at a time, as most of what they do is wait. */
const AT_ONCE = 2;

/** ms in which no test begins or ends, and nothing is printed. Waits within tests have shorter limits. */
const SILENCE = 90_000;

/** What node:test says of a test that is not to run. */
const UNWANTED = "test name does not match pattern";

/**
 * Runs the `*.test.mjs` of a folder by Node's test runner, a process for each, so that a file that hangs is stopped alone.
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
  const { code, output } = await run(process.execPath, [...reporters, ...pattern, file], {
    env: { ...env, TEST_GREP: grep?.source },
    onLine: note,
    onMessage: (news) => seen.add(news),
    mayFail: true,
    silence,
  });
  const unfinished = seen.unfinished();
  const counts = { ...seen.counts, failed: seen.counts.failed + unfinished.length };
  const complaints = unfinished.map((test) => `✖ ${name}: ${test} did not end`);
  return {
    ...withExitCode(counts, code, { mayBeEmpty: grep !== undefined }),
    output: [`${name}:`, output, ...complaints].join("\n"),
    slow: [...seen.slow, { name, ms: clock.ms() }],
  };
}

/** What a file's tests have told so far. */
class Seen {
  counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {{ name: string, ms: number }[]} */
  slow = [];
  /** Tests and suites that have begun and not ended. @type {{ name: string, nesting: number }[]} */
  #running = [];

  /** @param {import("./reporter.mjs").News} news */
  add({ type, name, nesting, isSuite, passed, skip, ms = 0 }) {
    if (type === "alive") return;
    if (type === "begin") {
      this.#running.push({ name, nesting });
      return;
    }
    const index = this.#running.findIndex((one) => one.name === name && one.nesting === nesting);
    if (index !== -1) this.#running.splice(index, 1);
    if (isSuite || skip === UNWANTED) return;
    if (skip) this.counts.skipped += 1;
    else if (passed) this.counts.passed += 1;
    else this.counts.failed += 1;
    this.slow.push({ name, ms });
  }

  /** The innermost that have not ended: these hang, or those around them would have. */
  unfinished() {
    const innermost = Math.max(...this.#running.map(({ nesting }) => nesting));
    const around = this.#running.filter(({ nesting }) => nesting < innermost).map(({ name }) => name);
    const hanging = this.#running.filter(({ nesting }) => nesting === innermost);
    return hanging.map(({ name }) => [...around, name].join(" › "));
  }
}
