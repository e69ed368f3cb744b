/** Runs the tests in `conformance/` for the browser's own `EventSource` and for `FetchEventSource`. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createEventServer } from "../server/app.mjs";
import { Record } from "../server/record.mjs";
import { alive } from "../support/alive.mjs";
import { isWanted } from "../support/grep.mjs";
import { browsers, openPage } from "./browsers.mjs";
import { contexts } from "./conformance/contexts.mjs";
import { differenceOf } from "./conformance/differences.mjs";
import { Results } from "./conformance/results.mjs";
import { testsOf } from "./conformance/tests.mjs";
import { runInPage } from "./reports.mjs";
import { startSite } from "./site.mjs";

const SOURCES = ["EventSource", "FetchEventSource"];
const suites = contexts.flatMap((context) => SOURCES.map((source) => ({ context, source })));

describe("conformance", { concurrency: true }, () => {
  for (const { name: browser, skip } of browsers) {
    // A skipped test, because a skipped suite is not counted.
    if (skip) test(browser, { skip });
    else describe(browser, { concurrency: 1 }, () => runAll(browser));
  }
});

function runAll(browser) {
  /** @type {Awaited<ReturnType<typeof openPage>> | undefined} */
  let opened;
  const close = async () => {
    await opened?.close();
    opened = undefined;
  };
  after(close);

  for (const { context, source } of suites) {
    const names = Object.keys(testsOf(context)).filter(isWanted);
    if (names.length === 0) continue;
    describe(`${source} in a ${context}`, () => {
      const results = new Results();
      const run = async () => {
        opened ??= await openPage(browser, "about:blank");
        const isThere = await runIn(opened.page, { browser, context, source, names }, results);
        results.finish(isThere ? "the test was not run" : undefined);
      };
      let ended;
      before(() => {
        ended = run().catch(async (error) => {
          results.finish(`${error.message}${results.running()}`);
          // A new browser for the next context, so that this failure cannot affect it.
          await close();
        });
      });
      for (const name of names) {
        test(name, async (running) => {
          const fault = await results.of(name);
          if (fault === undefined) return running.skip("this context has no such class");
          const difference = differenceOf(name, { browser, context, source });
          if (difference) assert.notEqual(fault, null, `no longer differs: ${difference.reason}`);
          else assert.ok(fault === null, `${browser}, ${source} in a ${context}: ${fault}`);
        });
      }
      after(async (suite) => {
        await ended;
        suite.diagnostic?.(
          `conformance of ${source} in a ${context} of ${browser}: ${results.passed()} of ${names.length}`,
        );
      });
    });
  }
}

/** Runs the tests with new servers, so that all connections to them are free. */
async function runIn(page, { browser, context, source, names }, results) {
  const record = new Record();
  const sites = await Promise.all(["own", "other", "seen"].map(() => startSite(createEventServer(record))));
  try {
    const [own, other, seen] = sites.map(({ url }) => url);
    const differing = names.filter((name) => differenceOf(name, { browser, context, source }));
    await page.goto(own);
    return await runInPage(page, {
      module: "/tests/browser/conformance/contexts.mjs",
      order: { source, context, own, other, seen, names, differing },
      what: "the run",
      onReport: (report) => {
        alive();
        results.add(report);
      },
    });
  } finally {
    for (const site of sites) await site.close();
  }
}
