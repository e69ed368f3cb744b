/**
 * Runs all layers of the tests, also after a layer fails. Prints a table, the longest steps and tests, and the line
 * `N passed, N failed`.
 *
 *     npm test -- [options]
 *
 *   --only npm,wasm   only these layers; an unknown name prints the list
 *   --grep "Last-Event-ID"
 *                     only the tests whose names match this regular expression
 *   --yes             installs missing tools without a question
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { logs } from "./lib/paths.mjs";
import { explain, main, Problem } from "./lib/problem.mjs";
import { seconds, step, steps, stopwatch } from "./lib/progress.mjs";
import { lint } from "./lint.mjs";
import { all, setUpTests } from "./setup.mjs";
import { browser } from "./test/browser.mjs";
import { sum } from "./test/counts.mjs";
import { docs } from "./test/docs.mjs";
import { native } from "./test/native.mjs";
import { javascript, npm } from "./test/npm.mjs";
import { npmPackage } from "./test/package.mjs";
import { page } from "./test/page.mjs";
import { recipes } from "./test/recipes.mjs";
import { types } from "./test/types.mjs";
import { unit } from "./test/unit.mjs";
import { wasm } from "./test/wasm.mjs";

const LAYERS = [native, lint, types, docs, unit, npm, javascript, wasm, browser, page, recipes, npmPackage];

/** Layers that mostly wait for browsers and timers. They run in parallel with the layers that mostly compute. */
const WAIT = [browser, page, recipes];

/** The number of lines in the list of the longest steps and tests. */
const SLOWEST = 12;

/** Failures of the set-up or the build that were printed. Several layers may fail with one of them. */
const explained = new Set();

await main(async () => {
  const clock = stopwatch();
  const { layers, grep } = readArguments();
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });

  const parts = beginSetUp(layers);
  const results = [];
  const runAll = async (lane) => {
    for (const layer of lane) {
      results[layers.indexOf(layer)] = { name: layer.name, ...(await runLayer(layer, { parts, grep })) };
    }
  };
  await Promise.all([true, false].map((waits) => runAll(layers.filter((layer) => WAIT.includes(layer) === waits))));

  const total = sum(results);
  if (grep !== undefined && total.passed + total.failed === 0) {
    const where = layers.map(({ name }) => name).join(", ");
    throw new Problem(`No test of ${where} has a name that matches ${grep}.`);
  }
  console.log(`\n${table(results)}\n\nall layers in ${clock()}, longest:\n${longest(results)}\n`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});

function readArguments() {
  const list = LAYERS.map(({ name }) => name).join(",");
  try {
    const { values } = parseArgs({ options: { only: { type: "string", default: list }, grep: { type: "string" } } });
    const { only, grep } = values;
    const names = withUnit(only.split(","));
    const unknown = names.find((name) => !LAYERS.some((layer) => layer.name === name));
    if (unknown !== undefined) throw new Error(`There is no layer '${unknown}'.`);
    const asked = LAYERS.filter(({ name }) => names.includes(name));
    const layers = asked.filter(({ hasNames = true }) => grep === undefined || hasNames);
    for (const { name } of asked.filter((layer) => !layers.includes(layer))) {
      console.log(`– ${name} is left out: --grep cannot choose among its tests`);
    }
    return { layers, grep: grep === undefined ? undefined : patternOf(grep) };
  } catch (error) {
    throw new Problem(error.message, { advice: `npm test -- [--only ${list}] [--grep "part of a name"]` });
  }
}

/** Ignores case, and treats `-`, `_` and spaces as equal, since Rust names are in snake case. Throws for an invalid pattern. */
function patternOf(grep) {
  return new RegExp(grep.includes("[") ? grep : grep.replace(/[-_ ]/g, "[-_ ]"), "i");
}

/** Adds the layer `unit` before `npm`: a failed test of a single module is closer to the defect. */
function withUnit(names) {
  return names.flatMap((name) => (name === npm.name && !names.includes(unit.name) ? [unit.name, name] : [name]));
}

/** Starts all set-up that the layers need, at once. */
function beginSetUp(layers) {
  const need = (part) => layers.some(({ needs }) => needs.includes(part));
  const parts = setUpTests({
    wasmPack: need("wasmPack"),
    browser: need("browser"),
    firefox: need("firefox"),
    webkit: need("webkit"),
    linters: layers.includes(lint),
  });
  const ready = all(Object.values(parts).filter(Boolean));
  const built = async () => {
    await all([parts.nodePackages, parts.rust, parts.wasmBindgen]);
    await build({ page: layers.includes(page) });
  };
  // The build starts after the whole set-up: side by side, both would be slower.
  const done = { ...parts, build: need("build") ? ready.catch(() => {}).then(built) : undefined };
  done.build?.catch(() => {});
  return done;
}

/** Runs a layer. A layer that cannot run counts as one failure. */
async function runLayer(layer, { parts, grep }) {
  const clock = stopwatch();
  try {
    await all(layer.needs.map((part) => parts[part]));
    const browser = await parts.browser?.catch(() => undefined);
    const firefox = await parts.firefox?.catch(() => undefined);
    const webkit = await parts.webkit?.catch(() => undefined);
    const { output, ...counts } = await step(layer.title, async (note) => {
      const result = await layer.run({ note, grep, browser, firefox, webkit });
      writeFileSync(join(logs, `${layer.name}.log`), `${result.output}\n`);
      if (result.failed > 0) {
        const { output, failures: shown = output } = result;
        console.log(explain(new Problem(`${layer.name}: ${result.failed} failed.`, { output: shown })));
      }
      return result;
    });
    return { ...counts, time: clock() };
  } catch (error) {
    if (!explained.has(error)) console.log(explain(error));
    explained.add(error);
    console.log(`✗ ${layer.name} did not run`);
    return { passed: 0, failed: 1, skipped: 0, time: clock() };
  }
}

/** The longest of all set-up steps, build steps, tests and test files. */
function longest(results) {
  const titles = LAYERS.map(({ title }) => title);
  const all = [
    ...steps.filter(({ name }) => !titles.includes(name)).map((one) => ({ layer: "set-up", ...one })),
    ...results.flatMap(({ name: layer, slow = [] }) => slow.map((one) => ({ layer, ...one }))),
  ];
  return all
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST)
    .map(({ layer, name, ms }) => `${seconds(ms).padStart(9)}  ${layer.padEnd(9)}${name.slice(0, 100)}`)
    .join("\n");
}

function table(results) {
  const rows = [
    ["layer", "passed", "failed", "skipped", "time"],
    ...results.map(({ name, passed, failed, skipped, time }) => [name, passed, failed, skipped || "", time]),
  ];
  return rows
    .map(([name, ...cells]) => String(name).padEnd(9) + cells.map((cell) => String(cell).padStart(9)).join(""))
    .join("\n");
}
