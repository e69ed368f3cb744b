/** Leaving a page breaks its streams, in some engines before `pagehide`. The user must not be notified of these failures. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import Fastify from "fastify";
import { createEventServer } from "../server/app.mjs";
import { Record } from "../server/record.mjs";
import { openPage } from "./browsers.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";
import { startSite } from "./site.mjs";

/** The time limit of a wait, in ms. */
const PATIENCE = 10_000;
/** The time, in ms, until the next page responds. The page that is left still runs meanwhile. */
const ANSWERING = 500;
/** The time, in ms, in which the left page might report an error: longer than the 250 ms for which a failure is held back. */
const SILENCE = ANSWERING + 600;
/** The time limit of a test, in ms. */
const LIMIT = 60_000;

/** The ways to leave a page. Each runs in the page, and returns before the page is left. */
const WAYS = {
  "a reload": () => setTimeout(() => globalThis.location.reload(), 50),
  "a link": (other) => {
    const link = Object.assign(document.createElement("a"), { href: other });
    document.body.append(link);
    setTimeout(() => link.click(), 50);
  },
  "location =": (other) => {
    setTimeout(() => {
      globalThis.location = other;
    }, 50);
  },
  "going back": () => setTimeout(() => globalThis.history.back(), 50),
};

inEachBrowser("a page that is left", leaveIn);

function leaveIn(browser) {
  const record = new Record();
  /** @type {Awaited<ReturnType<typeof startSite>>[]} */
  let sites;
  let isLeaving = false;
  before(async () => {
    const slow = () => startSite(slowServer(() => isLeaving));
    sites = await Promise.all([slow(), slow(), startSite(createEventServer(record))]);
  });
  after(() => Promise.all(sites.map((site) => site.close())));

  /** Adds a test with a page that has three open streams, and reports each error. */
  const leaving = (name, leave) =>
    test(name, { timeout: LIMIT }, async () => {
      const [own, other, server] = sites.map(({ url }) => url);
      const [key, reports] = [crypto.randomUUID(), crypto.randomUUID()];
      const { page, close } = await openPage(browser, other);
      const responses = (key, reply) =>
        `${server}/responses?${new URLSearchParams({ key, responses: JSON.stringify([reply]) })}`;
      try {
        await page.goto(own);
        const report = responses(reports, { ends: true });
        await page.evaluate(listen, { url: responses(key, { body: "id: 7\ndata: 1\n\n" }), report });
        const seen = () => record.of(reports).requests.map(({ body }) => body);
        await until(() => seen().length === 1);
        isLeaving = true;
        await leave({ page, other });
        await pause(SILENCE);
        assert.deepEqual(seen(), ["a report arrives"], `${browser}: ${seen().join(", ")}`);
      } finally {
        isLeaving = false;
        await close();
      }
    });

  for (const [way, act] of Object.entries(WAYS)) {
    leaving(`${way} raises no error`, ({ page, other }) => page.evaluate(act, other));
  }

  // WebDriver cannot close the last window.
  if (browser !== "webkit") {
    leaving("closing the tab raises no error", ({ page }) => page.close());
  }

  test("after a link to a download the page has its stream, or reconnects after the usual delay", {
    timeout: LIMIT,
  }, async () => {
    const [own, , server] = sites.map(({ url }) => url);
    const [key, file] = [crypto.randomUUID(), crypto.randomUUID()];
    const responses = (key, reply) =>
      `${server}/responses?${new URLSearchParams({ key, responses: JSON.stringify([reply]) })}`;
    const headers = { "content-disposition": "attachment", "content-type": "application/octet-stream" };
    const { page, close } = await openPage(browser, own);
    try {
      await page.evaluate(listenAlone, { url: responses(key, { body: "id: 7\ndata: 1\n\n" }) });
      await page.evaluate(WAYS["a link"], responses(file, { headers, body: "a file", ends: true }));
      await until(() => record.of(file).requests.length > 0);
      await pause(SILENCE);
      const isOpen = () => page.evaluate(() => globalThis.source.readyState === 1);
      await until(async () => (await isOpen()) && record.of(key).open === 1);
    } finally {
      await close();
    }
  });

  // WebKitGTK leaves the page for an error page.
  if (browser !== "webkit") {
    test("after a link of another protocol the page has its stream, or reconnects after the usual delay", {
      timeout: LIMIT,
    }, async () => {
      const [own, , server] = sites.map(({ url }) => url);
      const key = crypto.randomUUID();
      const responses = JSON.stringify([{ body: "id: 7\ndata: 1\n\n" }]);
      const { page, close } = await openPage(browser, own);
      try {
        await page.evaluate(listenAlone, { url: `${server}/responses?${new URLSearchParams({ key, responses })}` });
        await page.evaluate(WAYS["a link"], "mailto:someone@example.org");
        await pause(SILENCE);
        await until(() => record.of(key).open === 1);
        assert.equal(await page.evaluate(() => globalThis.source.readyState), 1);
      } finally {
        await close();
      }
    });
  }
}

/** A server that responds slowly while pages are being left. */
function slowServer(isSlow) {
  const app = Fastify({ forceCloseConnections: true });
  app.addHook("onRequest", async () => {
    if (isSlow()) await pause(ANSWERING);
  });
  return app;
}

async function until(attempt) {
  for (const deadline = Date.now() + PATIENCE; !(await attempt()); await pause(20)) {
    if (Date.now() > deadline) throw new Error(`still false after ${PATIENCE} ms`);
  }
}

/** Runs in the page. */
async function listen({ url, report }) {
  const load = (path) => import(path);
  const { FetchEventSource, events } = await load("eventsource-wasm");
  const { fetchEventSource } = await load("eventsource-wasm/fetch-event-source");
  const tell = (text) => navigator.sendBeacon(report, text);
  const source = new FetchEventSource(url);
  source.onerror = ({ error }) => tell(`FetchEventSource: ${error.code}`);
  const first = new Promise((resolve) => source.once("message", resolve));
  const second = new Promise((resolve) => {
    const read = async () => {
      for await (const event of events(url)) resolve(event);
    };
    read().catch((error) => tell(`events(): ${error.code}`));
  });
  const third = new Promise((onmessage) => {
    fetchEventSource(url, {
      onmessage,
      openWhenHidden: true,
      onerror: (error) => void tell(`fetchEventSource: ${error}`),
    });
  });
  await Promise.all([first, second, third]);
  tell("a report arrives");
}

/** Runs in the page. */
async function listenAlone({ url }) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  const source = new FetchEventSource(url, { retry: { initialDelay: 200 } });
  Object.assign(globalThis, { source });
  await new Promise((resolve) => source.once("message", resolve));
}
