/** The recipes that need a page, in Chromium and Firefox. `npm test -- --only recipes` names the browsers. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { browsers, openPage } from "../browser/browsers.mjs";
import { startPages } from "./pages.mjs";
import { until } from "./recipes.mjs";

const site = await startPages();
after(() => site.close());

const event = (data, { name = "update", id = undefined } = {}) =>
  `event: ${name}\n${id ? `id: ${id}\n` : ""}data: ${JSON.stringify(data)}\n\n`;
const updates = (...percents) => percents.map((percent) => event({ percent })).join("");

/** A URL whose requests get these responses in turn, and its record on the server. */
function route(...responses) {
  const key = randomUUID();
  const seen = async () => (await fetch(`${site.url}/seen?key=${key}`)).json();
  return {
    url: `/responses?${new URLSearchParams({ responses: JSON.stringify(responses), key })}`,
    seen,
    isClosed: () => until(async () => (await seen()).open === 0),
  };
}

// WebDriver, which drives WebKitGTK, does not report the console of a page.
for (const { name: browser, skip } of browsers.filter(({ name }) => name !== "webkit")) {
  if (skip) test(`recipes in ${browser}`, { skip });
  else describe(`recipes in ${browser}`, () => inBrowser(browser));
}

function inBrowser(browser) {
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  /** The errors and warnings of the pages. @type {string[]} */
  const problems = [];
  before(async () => {
    opened = await openPage(browser, `${site.url}/vue`);
    opened.page.on("pageerror", (error) => problems.push(String(error)));
    opened.page.on("console", (message) => {
      // Browsers report a 403 and broken connections themselves.
      const isOurs = !/Failed to load resource|could not be established|interrupted/.test(message.text());
      if (["error", "warn"].includes(message.type()) && isOurs) problems.push(message.text());
    });
  });
  afterEach(() => assert.deepEqual(problems.splice(0), []));
  after(() => opened?.close());

  for (const framework of ["react", "vue", "svelte"]) {
    describe(framework, () => {
      const state = () => opened.page.evaluate(() => window.driver.state());
      const shows = (expected) =>
        until(async () => {
          const now = await state();
          return Object.entries(expected).every(([name, value]) => now[name] === value);
        });
      const show = (url) => opened.page.evaluate((to) => window.driver.show(to), url);
      const stop = () => opened.page.evaluate(() => window.driver.stop());
      const heard = () => opened.page.evaluate(() => window.driver.heard);
      const visit = () => opened.page.goto(`${site.url}/${framework}`);

      test("each event is delivered, and the last event shown, over one connection", async () => {
        await visit();
        const { url, seen } = route({ body: updates(10, 20, 40) });
        await show(url);
        await shows({ percent: 40, readyState: 1 });
        assert.deepEqual(await heard(), [10, 20, 40]);
        assert.equal((await seen()).open, 1);
      });

      test("a changed URL closes the connection and opens another", async () => {
        await visit();
        const [first, second] = [route({ body: updates(40) }), route({ body: updates(70) })];
        await show(first.url);
        await shows({ percent: 40 });
        await show(second.url);
        await shows({ percent: 70, readyState: 1 });
        await first.isClosed();
        assert.equal((await second.seen()).open, 1);
      });

      test("unmounting closes the connection", async () => {
        await visit();
        const { url, isClosed } = route({ body: updates(40) });
        await show(url);
        await shows({ percent: 40 });
        await stop();
        await isClosed();
      });

      test("a loss is shown, and cleared after the reconnect", async () => {
        await visit();
        const lost = { body: `retry: 300\n\n${updates(40)}`, ends: true };
        // Twice, because under StrictMode the first request may belong to the mount that is undone.
        const { url } = route(lost, lost, { body: updates(50) });
        await show(url);
        // The pages name a last event, which these responses lack.
        await shows({ readyState: 0, failed: "truncated" });
        await shows({ readyState: 1, failed: undefined, percent: 50 });
      });

      test("a refused connection is shown", async () => {
        await visit();
        await show(route({ status: 403, ends: true }).url);
        await shows({ readyState: 2, failed: "status" });
      });

      test("a stream that its last event ends is shown as closed", async () => {
        await visit();
        await show(route({ body: updates(40) + event({}, { name: "done" }) }).url);
        await shows({ percent: 40, readyState: 2, failed: undefined });
      });

      test("a source that the hidden page pauses is shown as connecting, and then as open", async () => {
        await visit();
        const hide = (isHidden) =>
          opened.page.evaluate((value) => {
            Object.defineProperty(document, "hidden", { value, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
          }, isHidden);
        await show(route({ body: updates(40) }, { body: updates(40) }, { body: updates(50) }).url);
        await shows({ percent: 40, readyState: 1 });
        await hide(true);
        await shows({ readyState: 0, failed: undefined });
        await hide(false);
        await shows({ readyState: 1, failed: undefined });
      });

      if (framework === "svelte") return; // The store of Svelte has no connection without subscribers.

      test("without a URL no connection is opened", async () => {
        await visit();
        const { url, isClosed } = route({ body: updates(40) });
        await show(url);
        await shows({ percent: 40 });
        await show(null);
        await isClosed();
        await shows({ readyState: 0 });
      });
    });
  }

  describe("progress-bar", () => {
    const visit = () => opened.page.goto(`${site.url}/progress-bar`);
    const run = (url) => opened.page.evaluate((to) => window.run(to).catch((error) => error.message), url);

    test("it shows the progress of the job across a loss, and returns its result", async () => {
      await visit();
      const begin = event({ done: 3, total: 8 }, { name: "progress", id: "3" });
      const end = event({ link: "/file" }, { name: "result" });
      const { url, seen, isClosed } = route({ body: `retry: 300\n\n${begin}`, ends: true }, { body: end });
      const running = run(url);
      await until(() => opened.page.evaluate(() => window.bar.value === 3 && window.bar.max === 8));
      await until(() => opened.page.evaluate(() => window.bar.hasAttribute("aria-busy")));
      assert.deepEqual(await running, { link: "/file" });
      assert.equal(await opened.page.evaluate(() => window.bar.position), 1);
      assert.equal((await seen()).requests[1].lastEventId, "3");
      await isClosed();
    });

    test("a failed job is an error, and an abort is an error", async () => {
      await visit();
      const { url, isClosed } = route({ body: event({ message: "out of paper" }, { name: "failed" }) });
      assert.equal(await run(url), "out of paper");
      await isClosed();
      const abort = opened.page.evaluate(
        (to) => window.run(to, AbortSignal.timeout(100)).catch((error) => error.name),
        route({}).url,
      );
      assert.equal(await abort, "TimeoutError");
    });
  });
}
