/** A `FetchEventSource` over the life of a page in real browsers: hidden tabs, the back/forward cache, no network. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createEventServer } from "../server/app.mjs";
import { Record } from "../server/record.mjs";
import { openPage } from "./browsers.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";
import { startSite } from "./site.mjs";

/** ms */
const PATIENCE = 10_000;
/** ms in which nothing more may come. */
const SILENCE = 300;
/** ms that WebKitGTK is left alone in while it goes back: a call that comes in between is never answered. */
const WAY_BACK = 1000;
/** ms for a test. */
const LIMIT = 60_000;
/** A wait that no test sits out. */
const HOUR = { initialDelay: 3_600_000, maxDelay: 3_600_000 };

const EVENT = "id: 7\ndata: 1\n\n";
const OPEN = { body: EVENT };
const ENDS = { body: EVENT, ends: true };

/** Firefox looks for open requests before it tells the page that it goes. */
const KEEPS_OPEN_REQUESTS = { chrome: true, webkit: true, firefox: false };

inEachBrowser("the life of a page", liveIn);

function liveIn(browser) {
  const record = new Record();
  /** Two pages, which may be kept as the event server's may not. @type {Awaited<ReturnType<typeof startSite>>[]} */
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

  /** With a source in the page, which is closed where it `goesBack`, as puppeteer then leads it nowhere any more. */
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
      "another tab in front pauses the source, and it comes back with its ID",
      { reply: OPEN, init: { whenHidden: "pause" } },
      async ({ setHidden, heard, seen }) => {
        for (let times = 1; times <= 2; times++) {
          await setHidden(true);
          await until(() => seen().open === 0);
          await pause(SILENCE);
          assert.equal(seen().requests.length, times, "it stays away");
          await setHidden(false);
          // As the page has it: before that, the server may have an open response of which the page has heard nothing.
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
        // The page may get the last of the flips only now, and the abort may not have reached the server yet.
        await until(() => seen().open === 1);
        const { requests } = seen();
        assert.ok(requests.length > 1 && requests.length <= FLIPS + 1, `${requests.length} requests`);
        assert.deepEqual(new Set(ids(seen()).slice(1)), new Set(["7"]));
        assert.ok(!(await heard()).includes("error"));
      },
    );

    living("by default another tab in front changes nothing", { reply: OPEN }, async ({ setHidden, heard, seen }) => {
      await setHidden(true);
      await pause(SILENCE);
      await setHidden(false);
      assert.deepEqual([seen().requests.length, seen().open, await heard()], [1, 1, ["open", "message"]]);
    });
  }

  living(
    "a page that is busy for longer than idleTimeout keeps a stream whose bytes have come meanwhile",
    // Between two chunks an engine may run the timer before it hands over the next one.
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

  // Only Chromium's network can be taken away.
  if (browser === "chrome") {
    living(
      "a network that is back ends the wait after its loss",
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
      ? `${what} in the back/forward cache has no connection, and connects with its ID when it is back`
      : `${what} keeps its page out of the back/forward cache, and is gone`;
    living(title, { reply, init: { retry: HOUR }, goesBack: true }, async ({ page, heard, own, other, seen }) => {
      await page.goto(other);
      await until(() => seen().open === 0);
      assert.equal(seen().requests.length, 1);
      await page.evaluate(goBack);
      if (browser === "webkit") await pause(WAY_BACK);
      await until(async () => (await page.evaluate(tellOrigin)) === own);
      if (!isKept) {
        assert.equal(await heard(), null, "it is another page");
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

/** Tries until it gives something that is true; a page on its way to another cannot be asked. */
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

/** Runs in the page, which answers before it goes. */
const goBack = () => {
  setTimeout(() => globalThis.history.back(), 100);
};
