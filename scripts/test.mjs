/**
 * Runs every layer of the tests, whatever becomes of the others, and closes with a table and the line `N passed, N failed`.
 * `npm test -- --only native,npm` runs some.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { logs } from "./lib/paths.mjs";
import { explain, main, Problem } from "./lib/problem.mjs";
import { step, stopwatch } from "./lib/progress.mjs";
import { lint } from "./lint.mjs";
import { all, setUpTests } from "./setup.mjs";
import { browser } from "./test/browser.mjs";
import { sum } from "./test/counts.mjs";
import { native } from "./test/native.mjs";
import { npm } from "./test/npm.mjs";
import { npmPackage } from "./test/package.mjs";
import { page } from "./test/page.mjs";
import { types } from "./test/types.mjs";
import { wasm } from "./test/wasm.mjs";

const LAYERS = [native, lint, types, npm, wasm, browser, page, npmPackage];

/** Failures of the set-up or the build, which several layers may run into. */
const explained = new Set();

await main(async () => {
  const clock = stopwatch();
  const layers = chosen(process.argv.slice(2));
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });

  const parts = beginSetUp(layers);
  const results = [];
  for (const layer of layers) results.push({ name: layer.name, ...(await runLayer(layer, parts)) });

  const total = sum(results);
  console.log(`\n${table(results)}\n\nall layers in ${clock()}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});

function chosen(args) {
  if (args.length === 0) return LAYERS;
  const names = args[0] === "--only" && args.length === 2 ? args[1].split(",") : [];
  const layers = LAYERS.filter(({ name }) => names.includes(name));
  if (layers.length > 0 && layers.length === names.length) return layers;
  const list = LAYERS.map(({ name }) => name).join(",");
  throw new Problem("That is not how to choose layers.", { advice: `Some of: npm test -- --only ${list}` });
}

/** Begins at once all that the layers need. */
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
  // After the whole set-up, as both would be slower side by side.
  const done = { ...parts, build: need("build") ? ready.catch(() => {}).then(built) : undefined };
  done.build?.catch(() => {});
  return done;
}

/** A layer that cannot run has failed once. */
async function runLayer(layer, parts) {
  const clock = stopwatch();
  try {
    await all(layer.needs.map((part) => parts[part]));
    const browser = await parts.browser?.catch(() => undefined);
    const firefox = await parts.firefox?.catch(() => undefined);
    const webkit = await parts.webkit?.catch(() => undefined);
    const { output, ...counts } = await step(layer.title, async (note) => {
      const result = await layer.run({ note, browser, firefox, webkit });
      writeFileSync(join(logs, `${layer.name}.log`), `${result.output}\n`);
      if (result.failed > 0) console.log(explain(new Problem(`${layer.name}: ${result.failed} failed.`, result)));
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

function table(results) {
  const rows = [
    ["layer", "passed", "failed", "skipped", "time"],
    ...results.map(({ name, passed, failed, skipped, time }) => [name, passed, failed, skipped || "", time]),
  ];
  return rows
    .map(([name, ...cells]) => String(name).padEnd(9) + cells.map((cell) => String(cell).padStart(9)).join(""))
    .join("\n");
}
