/** A `FetchEventSource` in real browsers: hidden tabs, the back/forward cache, and a lost network. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createEventServer } from "../server/app.mjs";
import { Record } from "../server/record.mjs";
import { openPage } from "./browsers.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";
import { startSite } from "./site.mjs";

/** The time limit of a wait, in ms. */
const PATIENCE = 10_000;
/** The time, in ms, in which nothing more may happen. */
const SILENCE = 300;
/** The time, in ms, without a call while WebKitGTK goes back: a call during that time is never answered. */
const WAY_BACK = 1000;
/** The time limit of a test, in ms. */
const LIMIT = 60_000;
/** A delay that no test waits for. */
const HOUR = { initialDelay: 3_600_000, maxDelay: 3_600_000 };

const EVENT = "id: 7\ndata: 1\n\n";
const OPEN = { body: EVENT };
const ENDS = { body: EVENT, ends: true };

/** Whether a browser caches a page with open requests. Firefox checks for them before `pagehide`. */
const KEEPS_OPEN_REQUESTS = { chrome: true, webkit: true, firefox: false };

inEachBrowser("the life of a page", liveIn);

function liveIn(browser) {
  const record = new Record();
  /** Two sites whose pages may be cached, and the event server. @type {Awaited<ReturnType<typeof startSite>>[]} */
  let sites;
  before(async () => {
    sites = await Promise.all([startSite(), startSite(), startSite(createEventServer(record))]);
  });
  after(() => Promise.all(sites.map((site) => site.close())));

  /** @type {Awaited<ReturnType<typeof openPage>> | undefined} */
  let opened;
  const close = async () => {
    await opened?.close();
    opened = undefined;
  };
  after(close);

  /** Adds a test with a source in the page. With `goesBack` it closes the browser, as puppeteer cannot navigate any more. */
  const living = (name, { reply, init = {}, goesBack = false }, run) =>
    test(name, { timeout: LIMIT }, async () => {
      const key = crypto.randomUUID();
      const [own, other, server] = sites.map(({ url }) => url);
      opened ??= await openPage(browser, "about:blank");
      const { page, setHidden } = opened;
      await page.goto(own);
      const query = new URLSearchParams({ key, responses: JSON.stringify([reply, OPEN]) });
      const until = reply.ends ? "error" : "message";
      await page.evaluate(listen, { url: `${server}/responses?${query}`, init, until });
      try {
        await run({ page, setHidden, heard: () => page.evaluate(tellHeard), own, other, seen: () => record.of(key) });
      } finally {
        if (goesBack) await close();
      }
    });

  if (browser !== "webkit") {
    living(
      "another tab in front pauses the source, which then reconnects with its ID",
      { reply: OPEN, init: { whenHidden: "pause" } },
      async ({ setHidden, heard, seen }) => {
        for (let times = 1; times <= 2; times++) {
          await setHidden(true);
          await until(() => seen().open === 0);
          await pause(SILENCE);
          assert.equal(seen().requests.length, times, "the hidden page sends no request");
          await setHidden(false);
          // Waits for the events in the page: the server has an open response before the page gets it.
          await until(async () => (await heard()).length === 2 + 2 * times);
          assert.equal(seen().open, 1);
        }
        assert.deepEqual(ids(seen()), [null, "7", "7"]);
        assert.deepEqual(await heard(), ["open", "message", "open", "message", "open", "message"]);
      },
    );

    living(
      "tabs that change quickly leave one connection",
      { reply: OPEN, init: { whenHidden: "pause" } },
      async ({ setHidden, heard, seen }) => {
        const FLIPS = 8;
        for (let flip = 0; flip < FLIPS; flip++) {
          await setHidden(true);
          await setHidden(false);
        }
        await until(async () => seen().open === 1 && (await heard()).at(-1) === "message");
        await pause(SILENCE);
        // The page may handle the last change only now, and the abort may not have reached the server yet.
        await until(() => seen().open === 1);
        const { requests } = seen();
        assert.ok(requests.length > 1 && requests.length <= FLIPS + 1, `${requests.length} requests`);
        assert.deepEqual(new Set(ids(seen()).slice(1)), new Set(["7"]));
        assert.ok(!(await heard()).includes("error"));
      },
    );

    living(
      "by default another tab in front keeps the connection",
      { reply: OPEN },
      async ({ setHidden, heard, seen }) => {
        await setHidden(true);
        await pause(SILENCE);
        await setHidden(false);
        assert.deepEqual([seen().requests.length, seen().open, await heard()], [1, 1, ["open", "message"]]);
      },
    );
  }

  living(
    "a page that is busy for longer than idleTimeout keeps a stream whose bytes have arrived",
    // Between two chunks, an engine may run the timer before it delivers the next chunk.
    { reply: { ...OPEN, repeats: 400 }, init: { idleTimeout: 1200 } },
    async ({ page, heard, seen }) => {
      for (let times = 0; times < 3; times++) {
        await page.evaluate(beBusy, 2000);
        await pause(500);
      }
      assert.ok(!(await heard()).includes("error"));
      assert.deepEqual([seen().requests.length, seen().open], [1, 1]);
    },
  );

  // Only Chromium can emulate a lost network.
  if (browser === "chrome") {
    living(
      "the return of the network ends the wait after a loss",
      { reply: { body: `retry: 3600000\n${EVENT}` }, init: { idleTimeout: 500 } },
      async ({ page, heard, seen }) => {
        const devtools = await page.createCDPSession();
        await devtools.send("Network.enable");
        const setOffline = (offline) =>
          devtools.send("Network.emulateNetworkConditions", {
            offline,
            latency: 0,
            downloadThroughput: -1,
            uploadThroughput: -1,
          });
        await setOffline(true);
        await until(async () => (await heard()).at(-1) === "error");
        await pause(SILENCE);
        assert.equal(seen().requests.length, 1);
        await setOffline(false);
        await until(() => seen().open === 1);
        assert.deepEqual(ids(seen()), [null, "7"]);
      },
    );
  }

  for (const [what, reply, isKept] of /** @type {const} */ ([
    ["an open source", OPEN, KEEPS_OPEN_REQUESTS[browser]],
    ["a source that waits", ENDS, true],
  ])) {
    const title = isKept
      ? `${what} in the back/forward cache has no connection, and reconnects with its ID when restored`
      : `${what} keeps its page out of the back/forward cache`;
    living(title, { reply, init: { retry: HOUR }, goesBack: true }, async ({ page, heard, own, other, seen }) => {
      await page.goto(other);
      await until(() => seen().open === 0);
      assert.equal(seen().requests.length, 1);
      await page.evaluate(goBack);
      if (browser === "webkit") await pause(WAY_BACK);
      await until(async () => (await page.evaluate(tellOrigin)) === own);
      if (!isKept) {
        assert.equal(await heard(), null, "the page was reloaded, not restored");
        return;
      }
      await until(async () => (await heard()).includes("pageshow true") && seen().open === 1);
      const story = await until(async () => (await heard()).at(-1) === "message" && heard());
      const afterwards = story.slice(story.indexOf("pagehide true"));
      assert.deepEqual(afterwards, ["pagehide true", "pageshow true", "open", "message"]);
      assert.deepEqual(ids(seen()), [null, "7"]);
    });
  }
}

const ids = ({ requests }) => requests.map(({ lastEventId }) => lastEventId);

/** Repeats an attempt until its result is true. A call to a page during a navigation may fail. */
async function until(attempt) {
  for (const deadline = Date.now() + PATIENCE; ; await pause(20)) {
    const [result, error] = await Promise.resolve()
      .then(attempt)
      .then(
        (result) => [result],
        (error) => [undefined, error],
      );
    if (result) return result;
    if (Date.now() > deadline) throw error ?? new Error(`still ${JSON.stringify(result)} after ${PATIENCE} ms`);
  }
}

/** Runs in the page. */
async function listen({ url, init, until }) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("/dist/index.js");
  const source = new FetchEventSource(url, init);
  const heard = [];
  Object.assign(globalThis, { heard, source });
  for (const type of ["open", "error", "message"]) source.addEventListener(type, () => heard.push(type));
  for (const type of ["pagehide", "pageshow"])
    addEventListener(type, ({ persisted }) => heard.push(`${type} ${persisted}`));
  await new Promise((resolve) => source.addEventListener(until, resolve, { once: true }));
}

/** Runs in the page. */
const beBusy = (time) => {
  for (const end = performance.now() + time; performance.now() < end; );
};

/** Runs in the page. */
const tellHeard = () => globalThis.heard ?? null;

/** Runs in the page. */
const tellOrigin = () => globalThis.location.origin;

/** Runs in the page, and returns before the page is left. */
const goBack = () => {
  setTimeout(() => globalThis.history.back(), 100);
};
