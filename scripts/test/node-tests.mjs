import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, logs } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { fromTap, withExitCode } from "./counts.mjs";

/** Two files at a time, as most of what they do is wait. Of two cores, Node by itself would use one. */
const AT_ONCE = "--test-concurrency=2";

/** Runs the `*.test.mjs` of a folder by Node's test runner: its report for people, and TAP to count from. */
export async function runNodeTests(folder, { note, env }) {
  const files = filesBelow(at(folder)).filter((file) => file.endsWith(".test.mjs"));
  if (files.length === 0) throw new Problem(`There is no *.test.mjs in ${folder}.`);

  const tap = join(logs, `${folder.replaceAll("/", "-")}.tap`);
  const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
  reporters.push("--test-reporter=tap", `--test-reporter-destination=${tap}`);
  const { code, output } = await run(process.execPath, ["--test", AT_ONCE, ...reporters, ...files], {
    env,
    onLine: note,
    mayFail: true,
    timeout: 10 * 60_000,
  });
  return { ...withExitCode(fromTap(readFileSync(tap, "utf8")), code), output };
}
