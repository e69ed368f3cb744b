/**
 * Fuzzes each interface of the parser, and the machine, against the reference implementation in this repository. Each target
 * gets an equal share of the time. Inputs that reach new code are kept in `fuzz/corpus/` for the next run.
 *
 *     npm run fuzz -- [options]
 *
 *   --seconds 600     the time of all targets together
 *   --target next_item,machine
 *                     only these targets
 *   --input file      runs one input again, with the one --target
 */
import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeSeeds } from "./fuzz/seeds.mjs";
import { run } from "./lib/command.mjs";
import { at, root } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { ensureCargoFuzz } from "./setup/cargo-tools.mjs";
import { ensureCxx, ensureRust } from "./setup/rust.mjs";

const FOLDER = at("fuzz");
const TARGETS = readdirSync(join(FOLDER, "targets"))
  .map((file) => file.replace(".rs", ""))
  .filter((name) => name !== "support");

/** `RUSTC_BOOTSTRAP` lets stable Rust use coverage and AddressSanitizer, which are otherwise limited to nightly. */
const env = { RUSTC_BOOTSTRAP: "1", RUST_BACKTRACE: "0", CARGO_BUILD_TARGET: undefined, RUSTFLAGS: undefined };
const MAX_LENGTH = 1024;
const SECONDS_PER_INPUT = 10;

await main(async () => {
  const { targets, seconds, input } = readArguments();
  await ensureRust({ linters: false });
  await ensureCxx();
  await ensureCargoFuzz();
  await step("build the fuzz targets", (note) => cargoFuzz("build", [], { onLine: note }));

  if (input !== undefined) {
    const { code } = await cargoFuzz("run", [targets[0], input], {
      onLine: (line) => console.log(line),
      mayFail: true,
    });
    return code;
  }
  writeSeeds(join(FOLDER, "corpus"));
  const results = [];
  for (const target of targets) {
    results.push(await step(`fuzz ${target}`, (note) => fuzz(target, seconds / targets.length, note)));
  }
  return report(results);
});

function cargoFuzz(command, args, options) {
  return run("cargo", ["fuzz", command, "--fuzz-dir", FOLDER, ...args], { env, ...options });
}

/** @param {string} target @param {number} seconds @param {(line: string) => void} note */
async function fuzz(target, seconds, note) {
  const flags = {
    max_total_time: Math.ceil(seconds),
    dict: join(FOLDER, "sse.dict"),
    max_len: MAX_LENGTH,
    timeout: SECONDS_PER_INPUT,
    print_final_stats: 1,
  };
  const args = [target, "--", ...Object.entries(flags).map(([name, value]) => `-${name}=${value}`)];
  const { code, output } = await cargoFuzz("run", args, {
    onLine: note,
    mayFail: true,
    timeout: (seconds + 300) * 1000,
    // libFuzzer prints less and less while it finds nothing. `max_total_time` and `timeout` limit it.
    silence: (seconds + 300) * 1000,
  });
  const executions = Number(output.match(/^stat::number_of_executed_units:\s*(\d+)$/m)?.[1] ?? 0);
  const found = output.match(/Test unit written to (\S+)/)?.[1];
  if (code !== 0 && found === undefined) throw new Problem(`${target} failed without writing an input.`, { output });
  // After a finding, libFuzzer prints no statistics; its last progress line has the number of executions so far.
  const before = Math.max(0, ...[...output.matchAll(/^#(\d+)\s/gm)].map(([, number]) => Number(number)));
  const artifact = found === undefined ? undefined : relative(root, resolve(FOLDER, found));
  return { target, executions: executions || before, artifact, failed: artifact === undefined ? 0 : 1, output };
}

function report(results) {
  const findings = results.filter(({ artifact }) => artifact !== undefined);
  const total = results.reduce((sum, { executions }) => sum + executions, 0);
  for (const { target, artifact, output } of findings) {
    const panic = output.match(/panicked at .*(\n.*){1,3}/)?.[0] ?? output.match(/^.*ERROR: .*/m)?.[0] ?? "";
    console.log(`\n${target}: ${panic}`);
    console.log(`Run it again: npm run fuzz -- --target ${target} --input ${artifact}`);
  }
  console.log("");
  for (const { target, executions, failed } of results) {
    console.log(`${target.padEnd(18)} ${executions.toLocaleString("en").padStart(14)} executions, ${failed} findings`);
  }
  console.log(`${"all".padEnd(18)} ${total.toLocaleString("en").padStart(14)} executions, ${findings.length} findings`);
  return findings.length > 0 ? 1 : 0;
}

function readArguments() {
  const advice = `npm run fuzz -- [--seconds 60] [--target ${TARGETS.join(",")}] [--input <file>]`;
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: "string", default: "60" },
        target: { type: "string", default: TARGETS.join(",") },
        input: { type: "string" },
      },
    });
    const targets = values.target.split(",");
    const unknown = targets.find((name) => !TARGETS.includes(name));
    if (unknown !== undefined) throw new Error(`There is no target '${unknown}'.`);
    const seconds = Number(values.seconds);
    if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds} is not a number above 0.`);
    if (values.input !== undefined && targets.length !== 1) throw new Error("--input needs exactly one --target.");
    return { targets, seconds, input: values.input === undefined ? undefined : resolve(values.input) };
  } catch (error) {
    throw new Problem(error.message, { advice });
  }
}
