/**
 * Builds the npm package into `dist/` and the demo page into `www/dist/`. A stage is skipped when its sources have not changed.
 *
 *     npm run build -- [options]
 *
 *   --package         leaves the page out
 *   --trace           the main entry logs each input and output of its machines by `console.debug`, until the next build without it
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
 * Builds what is out of date. Needs the set-up to be done.
 *
 * @param {{ page: boolean, trace?: boolean, signal?: AbortSignal }} what a signal ends what nobody waits for: the check of the types
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
