/**
 * Pages and workers with policies that allow WebAssembly: the normal build runs, and no JavaScript build is loaded.
 * `no-webassembly.test.mjs` tests policies that forbid WebAssembly.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEventServer } from "../server/app.mjs";
import { openPage } from "./browsers.mjs";
import { DELIVERED } from "./deliveries/deliver.mjs";
import { runHere, runInWorker, startDeliveries, WORKER } from "./deliveries.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";

/** The time limit of a test, in ms. */
const LIMIT = 60_000;

/**
 * @typedef {object} Policy
 * @property {string} name
 * @property {Record<string, string>} headers
 * @property {boolean} [evaluates] whether it allows code from strings
 * @property {boolean} [isIsolated]
 * @property {boolean} [isReportOnly]
 * @property {string} [opener] the page that starts the worker
 */

/** @type {Policy[]} */
const POLICIES = [
  { name: "no policy", headers: {} },
  {
    name: "a Content-Security-Policy with 'wasm-unsafe-eval'",
    headers: { "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" },
    evaluates: false,
  },
  {
    name: "cross-origin isolation (COOP and COEP)",
    headers: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
    isIsolated: true,
  },
  {
    name: "trusted types that allow no policy",
    headers: { "content-security-policy": "require-trusted-types-for 'script'; trusted-types 'none'" },
    evaluates: false,
    // The policy forbids the page to start a worker.
    opener: "/bare",
  },
  {
    name: "a report-only policy that forbids WebAssembly",
    headers: { "content-security-policy-report-only": "script-src 'self'" },
    isReportOnly: true,
  },
];

inEachBrowser("policies of pages", runIn);

function runIn(browser) {
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  /** A server of another origin. */
  const app = createEventServer();
  let other = "";
  before(async () => {
    other = await app.listen({ host: "127.0.0.1", port: 0 });
    opened = await openPage(browser, "about:blank");
  });
  after(async () => {
    await opened?.close();
    await app.close();
  });

  for (const policy of POLICIES) {
    test(
      `in ${browser}, under ${policy.name}, a page runs WebAssembly and delivers all events`,
      { timeout: LIMIT },
      () => check(policy, "/empty", runHere),
    );

    test(
      `in ${browser}, under ${policy.name}, a worker runs WebAssembly and delivers all events`,
      { timeout: LIMIT },
      () => check(policy, policy.opener ?? "/empty", runInWorker),
    );
  }

  async function check({ headers, evaluates = true, isIsolated = false, isReportOnly = false }, path, run) {
    const site = await startDeliveries(headers);
    try {
      await opened.page.goto(site.url + path);
      // Some policies allow only the own origin, so just the isolated page uses the other origin.
      const server = isIsolated ? other : site.url;
      const found = await opened.page.evaluate(run, { parser: "parser.js", server }, WORKER);
      assert.deepEqual(found.delivered, DELIVERED);
      assert.deepEqual([found.compiles, found.evaluates, found.isIsolated], [true, evaluates, isIsolated]);
      assert.deepEqual(site.builds, []);
      // The probes make reports, except in workers of WebKitGTK, which also never reports WebAssembly.
      const hasReports = browser === "webkit" ? !evaluates && run === runHere : !evaluates || isReportOnly;
      if (hasReports) assert.ok(found.isReported, "the probes made no report");
      // One for the engine. No entry here makes enough strings for a second module.
      checkReports(found.reports, isReportOnly ? 1 : 0);
    } finally {
      await site.close();
    }
  }
}

/** Asserts that each entry makes at most this many reports. */
function checkReports(reports, limit) {
  const count = (entry) => reports.filter((report) => report === `script-src wasm-eval ${entry}`).length;
  const [client, parser] = [count("index.js"), count("parser.js")];
  assert.ok(client <= limit && parser <= limit && client + parser === reports.length, reports.join("\n"));
}
