/** The language-neutral parser vectors, through the npm package in browsers: what `tests/npm/vectors.test.mjs` runs in Node. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { REPLAYS } from "../support/replays.mjs";
import { loadVectors } from "../support/vector-files.mjs";
import { browsers, openPage } from "./browsers.mjs";
import { startSite } from "./site.mjs";

const files = loadVectors();
const site = await startSite();
after(() => site.close());

for (const { name: browser, skip } of browsers) {
  // A test, as a suite that is skipped is not counted.
  if (skip) test(`vectors in ${browser}`, { skip });
  else
    describe(`vectors in ${browser}`, () => {
      /** @type {Awaited<ReturnType<typeof openPage>>} */
      let opened;
      before(async () => {
        opened = await openPage(browser, site.url);
      });
      after(() => opened?.close());

      for (const replay of Object.keys(REPLAYS)) {
        describe(replay, () => {
          for (const [file, vectors] of files) {
            describe(file, () => {
              /** What each vector failed with, or null. @type {(string | null)[]} */
              let faults;
              before(async () => {
                faults = await opened.page.evaluate(replayFile, replay, file);
              });
              for (const [index, { name }] of vectors.entries()) {
                test(name, () => assert.ok(faults[index] === null, faults[index] ?? "it was not run"));
              }
            });
          }
        });
      }
    });
}

/** Runs in the page. */
async function replayFile(replay, file) {
  // Not resolved here, but by the page.
  const load = (path) => import(path);
  const [{ REPLAYS }, { parseVectors }] = await Promise.all(
    ["/tests/support/replays.mjs", "/tests/support/vectors.mjs"].map(load),
  );
  const text = await (await fetch(`/tests/vectors/${file}`)).text();
  const faults = [];
  for (const vector of parseVectors(file, text)) {
    faults.push(
      await REPLAYS[replay](vector).then(
        () => null,
        (error) => String(error),
      ),
    );
  }
  return faults;
}
