/**
 * Builds the npm package into `dist/` and the demo page into `www/dist/`. A stage is skipped when its sources have not changed.
 *
 *     npm run build -- [options]
 *
 *   --package         builds only the package, not the page
 *   --trace           builds a main entry that logs each input and output of its machines by `console.debug`
 */
import { fileURLToPath } from "node:url";
import { bundleStage } from "./build/bundle.mjs";
import { engineStage } from "./build/engine.mjs";
import { pageStage } from "./build/page.mjs";
import { isFresh, markStale } from "./lib/fingerprint.mjs";
import { exclusively } from "./lib/lock.mjs";
import { main } from "./lib/problem.mjs";
import { step, stopwatch } from "./lib/progress.mjs";
import { setUpBuild } from "./setup.mjs";

/**
 * @typedef {import("./lib/fingerprint.mjs").Stage & {
 *   title: string,
 *   work: (note: (line: string) => void, signal?: AbortSignal) => Promise<unknown>,
 * }} Planned
 */

/**
 * Builds the stages that are out of date. The tools must be set up before.
 *
 * @param {{ page: boolean, trace?: boolean, signal?: AbortSignal }} options `signal` aborts the type check
 */
export function build({ page, trace = false, signal }) {
  return exclusively("build", async () => {
    const clock = stopwatch();
    /** @type {((how: { trace: boolean }) => Planned | Promise<Planned>)[]} */
    const plan = [engineStage, bundleStage, ...(page ? [pageStage] : [])];
    let built = 0;
    for (const makeStage of plan) {
      const stage = await makeStage({ trace });
      if (isFresh(stage)) continue;
      const markFresh = markStale(stage);
      await step(stage.title, (note) => stage.work(note, signal));
      markFresh();
      built += 1;
    }
    if (built === 0) console.log(`✓ nothing to build (${clock()})`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await setUpBuild();
    await build({ page: !process.argv.includes("--package"), trace: process.argv.includes("--trace") });
  });
}
