import { browsers as known } from "../browser/browsers.mjs";
import { broken, faults } from "./faults.mjs";
import { runFaults } from "./run.mjs";

/**
 * Runs the faults whose names contain `only`, and the servers that no client could cope with, which must be noticed.
 *
 * @param {{ browsers: string[], only: string }} options
 */
export async function runSuite({ browsers, only }) {
  const asked = faults.filter(({ name }) => name.includes(only));
  /** @type {Record<string, Awaited<ReturnType<typeof runFaults>>>} */
  const runs = {};
  /** @type {string[]} */
  const skipped = [];
  for (const { name, skip } of known.filter(({ name }) => browsers.includes(name))) {
    if (skip) skipped.push(skip);
    else runs[name] = await runFaults(name, [...asked, ...broken]);
  }

  const row = (index) => Object.fromEntries(Object.entries(runs).map(([name, { results }]) => [name, results[index]]));
  const rows = asked.map(({ name }, index) => ({ name, results: row(index) }));
  const noticed = broken.map(({ name, says }, index) => ({ name, says, results: row(asked.length + index) }));
  const stray = Object.entries(runs).flatMap(([name, { stray }]) => stray.map((what) => `${name}: ${what}`));

  const isRight = ({ results }) => Object.values(results).every(({ wrong }) => wrong === undefined);
  const isNoticed = ({ says, results }) => Object.values(results).every(({ wrong }) => wrong?.includes(says));
  const passed = Object.keys(runs).length === 0 ? 0 : rows.filter(isRight).length + noticed.filter(isNoticed).length;
  const failed = rows.length + noticed.length - passed + stray.length;
  const versions = Object.fromEntries(Object.entries(runs).map(([name, { version }]) => [name, version]));
  return { rows, noticed, stray, skipped, versions, passed, failed };
}

/** The report for people. @param {Awaited<ReturnType<typeof runSuite>>} report */
export function table({ rows, noticed, stray, skipped, versions, passed, failed }) {
  const names = Object.keys(versions);
  const line = (cells) =>
    cells
      .map((cell, column) => cell.padEnd(column === 0 ? 60 : 26))
      .join("  ")
      .trimEnd();
  const lines = [
    line(["fault", ...names.map((name) => versions[name])]),
    ...rows.map(({ name, results }) => line([name, ...names.map((browser) => cell(results[browser]))])),
    "",
    line(["servers that break the promise", ...names.map((name) => versions[name])]),
    ...noticed.map(({ name, says, results }) =>
      line([name, ...names.map((browser) => `${results[browser].wrong?.includes(says) ? "✓" : "✗ not"} noticed`)]),
    ),
    "",
  ];
  for (const { name, results } of rows) {
    for (const [browser, { wrong }] of Object.entries(results)) {
      if (wrong !== undefined) lines.push(`✗ ${name}, ${browser}: ${wrong}`);
    }
  }
  for (const { name, says, results } of noticed) {
    for (const [browser, { wrong }] of Object.entries(results)) {
      if (!wrong?.includes(says)) lines.push(`✗ ${name}, ${browser}: the suite says ${wrong ?? "nothing"}`);
    }
  }
  lines.push(...stray.map((what) => `✗ unhandled in ${what}`), ...skipped.map((why) => `SKIPPED: ${why}`));
  return [...lines, `${passed} passed, ${failed} failed`].join("\n");
}

const cell = ({ wrong, requests, time }) =>
  `${wrong === undefined ? "ok" : "✗ "} ${requests} requests, ${Math.round(time)} ms`;
