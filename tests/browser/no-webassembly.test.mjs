/** A page whose Content-Security-Policy forbids WebAssembly: the JavaScript build of the engine is used instead. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPage } from "./browsers.mjs";
import { DELIVERED } from "./deliveries/deliver.mjs";
import { runHere, runInWorker, startDeliveries, WORKER } from "./deliveries.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";

/** The time limit of a test, in ms. */
const LIMIT = 60_000;

/** A policy that many sites have. */
const POLICY = { "content-security-policy": "script-src 'self' 'unsafe-inline' blob:" };

/** The order: use the main entry, and the parser entry without WebAssembly. */
const ORDER = { parser: "parser/js.js" };

inEachBrowser("a page without WebAssembly", runIn);

function runIn(browser) {
  /** @type {Awaited<ReturnType<typeof startDeliveries>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    site = await startDeliveries(POLICY);
    opened = await openPage(browser, site.url);
  });
  after(async () => {
    await opened?.close();
    await site.close();
  });

  test(`in ${browser}, a page loads the JavaScript build once and delivers all`, { timeout: LIMIT }, () =>
    check(runHere),
  );

  test(`in ${browser}, a worker loads the JavaScript build once and delivers all`, { timeout: LIMIT }, () =>
    check(runInWorker),
  );

  async function check(run) {
    site.builds.length = 0;
    await opened.page.goto(`${site.url}/empty`);
    const found = await opened.page.evaluate(run, { ...ORDER, server: site.url }, WORKER, true);
    assert.deepEqual([found.delivered, found.compiles], [DELIVERED, false]);
    assert.equal(site.builds.length, 1, site.builds.join());
    // The probes make reports, except in workers of WebKitGTK.
    if (browser !== "webkit") assert.ok(found.isReported, "the probes made no report");
    assert.ok(found.reports.length <= 1, found.reports.join());
  }
}
