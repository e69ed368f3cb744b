/** What the standard wants of an `EventSource`, of the browser's own and of `FetchEventSource`: the same tests for both. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createEventServer } from "../server/app.mjs";
import { Record } from "../server/record.mjs";
import { browsers, openPage } from "./browsers.mjs";
import { CONTEXTS } from "./conformance/contexts.mjs";
import { differenceOf } from "./conformance/differences.mjs";
import { testsOf } from "./conformance/tests.mjs";
import { startSite } from "./site.mjs";

const SOURCES = ["EventSource", "FetchEventSource"];
const runs = Object.keys(CONTEXTS).flatMap((context) => SOURCES.map((source) => ({ context, source })));

describe("conformance", { concurrency: true }, () => {
  for (const { name: browser, skip } of browsers) {
    // A test, as a suite that is skipped is not counted.
    if (skip) test(browser, { skip });
    else describe(browser, { concurrency: 1 }, () => runAll(browser));
  }
});

function runAll(browser) {
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    opened = await openPage(browser, "about:blank");
  });
  after(() => opened?.close());

  for (const { context, source } of runs) {
    describe(`${source} in a ${context}`, () => {
      /** @type {Record<string, string | null> | undefined} */
      let faults;
      before(async () => {
        faults = await runIn(opened.page, { browser, context, source });
      });
      for (const name of Object.keys(testsOf(context))) {
        test(name, (run) => {
          if (faults === undefined) return run.skip("there is no such class");
          const fault = faults[name];
          const difference = differenceOf(name, { browser, context, source });
          if (difference) assert.notEqual(fault, null, `no longer differs: ${difference.reason}`);
          else assert.ok(fault === null, fault ?? "it was not run");
        });
      }
      after((suite) => {
        const passed = Object.values(faults ?? {}).filter((fault) => fault === null).length;
        const of = `of ${Object.keys(testsOf(context)).length}`;
        suite.diagnostic?.(`conformance of ${source} in a ${context} of ${browser}: ${passed} ${of}`);
      });
    });
  }
}

/** With servers of its own, so that nobody else has their connections. */
async function runIn(page, { browser, context, source }) {
  const record = new Record();
  const sites = await Promise.all(["own", "other", "seen"].map(() => startSite(createEventServer(record))));
  try {
    const [own, other, seen] = sites.map(({ url }) => url);
    const differing = Object.keys(testsOf(context)).filter((name) => differenceOf(name, { browser, context, source }));
    await page.goto(own);
    return await page.evaluate(CONTEXTS[context], { source, context, own, other, seen, differing });
  } finally {
    for (const site of sites) await site.close();
  }
}
