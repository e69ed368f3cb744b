import { run } from "../lib/command.mjs";
import { explain } from "../lib/problem.mjs";
import { stopwatch } from "../lib/progress.mjs";

/**
 * A run of a tool, which counts as one test.
 *
 * @typedef {{ name: string, program: string, args: string[], env?: Record<string, string | undefined> }} Check
 */

/**
 * Runs checks one after the other, and prints a line for each.
 *
 * @param {Check[]} checks @param {(line: string) => void} note @param {RegExp} [grep] runs only checks with a matching name
 */
export async function runChecks(checks, note, grep = /^/) {
  let passed = 0;
  const complaints = [];
  const slow = [];
  for (const { name, program, args, env } of checks.filter(({ name }) => grep.test(name))) {
    const clock = stopwatch();
    const options = { onLine: note, mayFail: true, ...(env && { env }) };
    const { code, output } = await run(program, args, options).catch((error) => ({ code: 1, output: explain(error) }));
    console.log(`  ${code === 0 ? "✓" : "✗"} ${name} (${clock()})`);
    slow.push({ name, ms: clock.ms() });
    if (code === 0) passed += 1;
    else complaints.push(`${name}: ${program.split("/").pop()} ${args.join(" ")}\n${output}`);
  }
  return { passed, failed: complaints.length, skipped: 0, output: complaints.join("\n\n"), slow };
}
