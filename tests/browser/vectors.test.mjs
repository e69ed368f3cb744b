/** Runs the parser vectors through the npm package in browsers. `tests/npm/vectors.test.mjs` does so in Node. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isWanted } from "../support/grep.mjs";
import { REPLAYS } from "../support/replays.mjs";
import { loadVectors } from "../support/vector-files.mjs";
import { browsers, openPage } from "./browsers.mjs";
import { startSite } from "./site.mjs";

const files = new Map([...loadVectors()].filter(([, vectors]) => vectors.some(({ name }) => isWanted(name))));
const site = await startSite();
after(() => site.close());

/** The replays with all features, and without a feature that older browsers lack: the engine then makes strings in another way. */
const REDUCED = "without WebAssembly's builtins";
const RUNS = { "with all features": Object.keys(REPLAYS), [REDUCED]: ["createParser"] };

describe("vectors", { concurrency: true }, () => {
  for (const { name: browser, skip } of files.size > 0 ? browsers : []) {
    // A skipped test, because a skipped suite is not counted.
    if (skip) test(browser, { skip });
    else
      describe(`in ${browser}`, { concurrency: 1 }, () => {
        for (const [name, replays] of Object.entries(RUNS)) {
          describe(name, () => runAll(browser, { isReduced: name === REDUCED, replays }));
        }
      });
  }
});

function runAll(browser, { isReduced, replays }) {
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    opened = await openPage(browser, site.url);
    if (isReduced) await opened.page.evaluate(refuseBuiltins);
  });
  after(() => opened?.close());

  for (const replay of replays) {
    describe(replay, () => {
      for (const [file, vectors] of files) {
        describe(file, () => {
          /** The failure of each vector, or null. @type {(string | null)[]} */
          let faults;
          before(async () => {
            faults = await opened.page.evaluate(replayFile, replay, file);
          });
          for (const [index, { name }] of vectors.entries()) {
            test(name, () => assert.ok(faults[index] === null, faults[index] ?? "the vector was not run"));
          }
        });
      }
    });
  }
}

/** Runs in the page. */
function refuseBuiltins() {
  WebAssembly.Module = class extends WebAssembly.Module {
    constructor(bytes, options) {
      if (options?.builtins) throw new WebAssembly.CompileError("no builtins");
      super(bytes);
    }
  };
}

/** Runs in the page. */
async function replayFile(replay, file) {
  // The page resolves the path, not Node.
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
