import { browsers as known } from "../browser/browsers.mjs";
import { broken, faults } from "./faults.mjs";
import { PLACES, runFaults } from "./run.mjs";

/** The widths of the table's columns. */
const WIDTHS = [60, 24];

/**
 * Runs the faults whose names contain `only`, in a window and in a worker of each browser. Also runs the broken servers, which
 * the suite must report.
 *
 * @param {{ browsers: string[], only: string }} options
 */
export async function runSuite({ browsers, only }) {
  const asked = faults.filter(({ name }) => name.includes(only));
  /** @type {(Awaited<ReturnType<typeof runFaults>> & { browser: string, where: string })[]} */
  const runs = [];
  /** @type {string[]} */
  const skipped = [];
  for (const { name: browser, skip } of known.filter(({ name }) => browsers.includes(name))) {
    if (skip) skipped.push(skip);
    for (const place of skip ? [] : PLACES) {
      const run = await runFaults({ browser, place }, [...asked, ...broken]);
      runs.push({ browser, where: `${browser}, ${place}`, ...run });
    }
  }

  const row = ({ name, says, differs = {} }, index) => {
    const cells = runs.map(({ browser, where, results }) => {
      const result = results[index];
      return { where, ...result, ...verdict(result, { says, differs: differs[browser] }) };
    });
    return { name, cells, isRight: cells.every(({ isRight }) => isRight) };
  };
  const rows = asked.map(row);
  const noticed = broken.map((fault, index) => row(fault, asked.length + index));
  const stray = runs.flatMap(({ where, stray }) => stray.map((what) => `${where}: ${what}`));

  const all = [...rows, ...noticed];
  const passed = runs.length === 0 ? 0 : all.filter(({ isRight }) => isRight).length;
  return { rows, noticed, stray, skipped, runs, passed, failed: all.length - passed + stray.length };
}

/**
 * The verdict on a result, also for a broken server with `says`, or for a browser that is known to differ.
 *
 * @param {import("./run.mjs").Result} result @param {{ says?: string, differs?: string }} expected
 */
function verdict({ wrong, requests, time }, { says, differs }) {
  if (says !== undefined) {
    const isNoticed = wrong?.includes(says) === true;
    const complaint = `the suite reports ${wrong ?? "nothing"}`;
    return { isRight: isNoticed, text: isNoticed ? "✓ noticed" : "✗ not noticed", complaint };
  }
  if (differs !== undefined) {
    return { isRight: wrong !== undefined, text: "differs", complaint: `no longer differs: ${differs}` };
  }
  const isRight = wrong === undefined;
  return { isRight, text: `${isRight ? "ok" : "✗ "} ${requests} requests, ${Math.round(time)} ms`, complaint: wrong };
}

/** The report as a readable table. @param {Awaited<ReturnType<typeof runSuite>>} report */
export function table({ rows, noticed, stray, skipped, runs, passed, failed }) {
  const line = (first, cells) =>
    [first.padEnd(WIDTHS[0]), ...cells.map((cell) => cell.padEnd(WIDTHS[1]))].join("").trimEnd();
  const lineOf = ({ name, cells }) =>
    line(
      name,
      cells.map(({ text }) => text),
    );
  const places = runs.map(({ where }) => where);
  const complaints = [...rows, ...noticed].flatMap(({ name, cells }) =>
    cells.flatMap(({ isRight, where, complaint }) => (isRight ? [] : [`✗ ${name}, ${where}: ${complaint}`])),
  );
  return [
    line("fault", places),
    ...rows.map(lineOf),
    "",
    line("broken servers", places),
    ...noticed.map(lineOf),
    "",
    [...new Set(runs.map(({ version }) => version))].join(", "),
    ...complaints,
    ...stray.map((what) => `✗ unhandled in ${what}`),
    ...skipped.map((why) => `SKIPPED: ${why}`),
    `${passed} passed, ${failed} failed`,
  ].join("\n");
}
