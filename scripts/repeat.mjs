/**
 * Runs tests many times and prints a table, to find tests that fail sometimes.
 *
 *     npm run test:repeat -- [options]
 *
 *   --only browser    only these layers
 *   --grep "resumes"  only the tests whose names match
 *   --times 20        the number of runs
 *   --load 2          the number of processes that each keep a core busy
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { run, start, stop } from "./lib/command.mjs";
import { at } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { stopwatch } from "./lib/progress.mjs";

/** ms that a run may take. The processes that keep a core busy also end after this time. */
const LONGEST = 20 * 60_000;
/** How many names of failed tests a row of the table shows. */
const SHOWN = 5;

const WIDTHS = [5, 6, 9, 9, 9, 10];
const row = (cells, more = "") =>
  `${cells.map((cell, index) => String(cell).padStart(WIDTHS[index])).join("")}  ${more}`;

await main(async () => {
  const { times, load, rest } = readArguments();
  console.log(row(["run", "load", "average", "passed", "failed", "time"], "failed tests"));
  let failures = 0;
  for (let number = 1; number <= times; number++) {
    const clock = stopwatch();
    const busy = Array.from({ length: load }, keepBusy);
    const options = { mayFail: true, timeout: LONGEST };
    const { code, output } = await run(process.execPath, [at("scripts", "test.mjs"), ...rest], options);
    // Read before the busy processes end.
    const average = loadavg()[0].toFixed(1);
    await Promise.all(busy.map(stop));
    const [, passed, failed] = output.match(/^(\d+) passed, (\d+) failed$/m) ?? ["", "?", `exit ${code}`];
    // A set, since the end of the report repeats each failure.
    const names = new Set([...output.matchAll(/^[ |]*[✖✗] (.+?)(?: \([\d.]+ ?m?s\))?$/gm)].map(([, name]) => name));
    if (code !== 0) failures += 1;
    console.log(row([number, load, average, passed, failed, clock()], [...names].slice(0, SHOWN).join("; ")));
    if (code !== 0) console.log(output.split("\n").slice(-200).join("\n"));
  }
  console.log(`\n${times - failures} runs passed, ${failures} failed`);
  return failures > 0 ? 1 : 0;
});

function keepBusy() {
  const code = `for (const end = Date.now() + ${LONGEST}; Date.now() < end; );`;
  return start(process.execPath, ["-e", code]).child;
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        times: { type: "string", default: "20" },
        load: { type: "string", default: "0" },
        only: { type: "string" },
        grep: { type: "string" },
      },
    });
    const [times, load] = [Number(values.times), Number(values.load)];
    if (!(times > 0) || !(load >= 0)) throw new Error("--times and --load must be numbers.");
    const rest = ["only", "grep"].flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));
    return { times, load, rest };
  } catch (error) {
    throw new Problem(error.message, {
      advice: "npm run test:repeat -- [--times 20] [--load 0] [--only browser] [--grep name]",
    });
  }
}
