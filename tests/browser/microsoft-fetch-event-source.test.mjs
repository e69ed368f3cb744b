/**
 * Compares `eventsource-wasm/fetch-event-source` with `@microsoft/fetch-event-source` in browsers: the scenarios of
 * `tests/npm/microsoft-fetch-event-source.test.mjs`, and real tabs that are hidden and shown.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { AGREEMENTS } from "../microsoft/agreements.mjs";
import { DIFFERENCES, FAULTS } from "../microsoft/differences.mjs";
import { pause } from "../microsoft/trial.mjs";
import { SWITCHES, TURN } from "../microsoft/visibility.mjs";
import { createEventServer } from "../server/app.mjs";
import { browsers, openPage } from "./browsers.mjs";
import { addSite } from "./site.mjs";

const theirs = await bundled("@microsoft/fetch-event-source");
const server = createEventServer();
server.get("/theirs.js", (_request, reply) => reply.type("text/javascript").send(theirs));
addSite(server);
const url = await server.listen({ host: "127.0.0.1", port: 0 });
after(() => server.close());

// In WebKitGTK the tests cannot switch tabs.
const driven = browsers.filter(({ name }) => name !== "webkit");
describe("fetchEventSource", { concurrency: true }, () => {
  for (const { name: browser, skip } of driven) {
    // A skipped test, because a skipped suite is not counted.
    if (skip) test(browser, { skip });
    else describe(`in ${browser}`, { concurrency: 1 }, () => runAll(browser));
  }
});

function runAll(browser) {
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    opened = await openPage(browser, url);
  });
  after(() => opened?.close());

  /** Both outcomes of a scenario. */
  const both = async (table, name) => [
    await opened.page.evaluate(outcomeOf, table, name, "theirs"),
    await opened.page.evaluate(outcomeOf, table, name, "ours"),
  ];

  describe("as theirs", () => {
    for (const name of Object.keys(AGREEMENTS)) {
      test(name, async () => {
        const [expected, found] = await both("AGREEMENTS", name);
        assert.deepEqual(found, expected);
      });
    }
  });

  for (const [table, differences] of Object.entries({ FAULTS, DIFFERENCES })) {
    describe(table === "FAULTS" ? "as theirs should" : "unlike theirs", () => {
      for (const [name, difference] of Object.entries(differences)) {
        test(name, async () => {
          assert.deepEqual(await both(table, name), plain([difference.theirs, difference.ours]));
        });
      }
    });
  }

  describe("in a tab", () => {
    for (const [name, { tab, ours, theirs = ours }] of Object.entries(SWITCHES)) {
      test(name, async () => {
        const [first, ...later] = tab;
        await lookAt(first);
        await opened.page.evaluate(begin, name, tab.length * TURN + 500);
        for (const state of later) {
          await pause(TURN);
          await lookAt(state);
        }
        assert.deepEqual(await opened.page.evaluate(() => globalThis.endings), [theirs, ours]);
      });
    }
  });

  async function lookAt(state) {
    await opened.setHidden(state === "hidden");
    await opened.page.waitForFunction((wanted) => document.visibilityState === wanted, { polling: 20 }, state);
  }
}

/** Bundles a package into one module, as browsers do not resolve its imports. */
async function bundled(name) {
  const entry = fileURLToPath(import.meta.resolve(name)).replace("/cjs/", "/esm/");
  const bundle = await rolldown({ input: entry, platform: "browser" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return output[0].code;
}

/** Removes properties that are undefined, as a value from a page has none. */
const plain = (value) => JSON.parse(JSON.stringify(value));

/** Runs in the page. */
async function outcomeOf(table, name, which) {
  const load = (path) => import(path);
  const paths = ["agreements", "differences", "trial"].map((file) => `/tests/microsoft/${file}.mjs`);
  const [agreements, differences, { tryOut }] = await Promise.all(paths.map(load));
  const { fetchEventSource } = await load(which === "ours" ? "eventsource-wasm/fetch-event-source" : "/theirs.js");
  const scenario = { ...agreements, ...differences }[table][name];
  const { log, requests } = await tryOut(fetchEventSource, location.origin, scenario);
  const seen = () => ({ log, requests: requests.map(({ method, lastEventId }) => ({ method, lastEventId })) });
  return JSON.parse(JSON.stringify(scenario.look ? scenario.look({ log, requests }) : seen()));
}

/** Runs in the page: begins both programs, and keeps the promise of their outcomes in a variable. */
async function begin(name, lasts) {
  const load = (path) => import(path);
  const paths = ["visibility", "trial"].map((file) => `/tests/microsoft/${file}.mjs`);
  const [{ SWITCHES }, { tryOut }] = await Promise.all(paths.map(load));
  const clients = await Promise.all(["/theirs.js", "eventsource-wasm/fetch-event-source"].map(load));
  const scenario = { ...SWITCHES[name], lasts };
  const endings = clients.map(({ fetchEventSource }) => tryOut(fetchEventSource, location.origin, scenario));
  globalThis.endings = Promise.all(endings.map((ending) => ending.then(scenario.look)));
}
