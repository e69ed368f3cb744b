/** With HTTP/1.1 a browser opens at most six connections to a server: a seventh stream waits until one of them is closed. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEventServer } from "../server/app.mjs";
import { Record } from "../server/record.mjs";
import { until } from "../support/until.mjs";
import { openPage } from "./browsers.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";
import { startSite } from "./site.mjs";

const CONNECTIONS = 6;
/** The response of the server: one event, and then silence. */
const OPEN = JSON.stringify([{ body: "data: 1\n\n" }]);
/** The time limit of a test, in ms. */
const LIMIT = 60_000;

inEachBrowser("the six connections of HTTP/1.1", connectIn);

function connectIn(browser) {
  const record = new Record();
  /** The page's site, and the event server with its own connections. @type {Awaited<ReturnType<typeof startSite>>[]} */
  let sites;
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    sites = await Promise.all([startSite(), startSite(createEventServer(record))]);
    opened = await openPage(browser, sites[0].url);
  });
  after(async () => {
    await opened?.close();
    await Promise.all(sites.map((site) => site.close()));
  });

  for (const way of ["FetchEventSource", "events()"]) {
    test(`a seventh stream by ${way} fails with connect-timeout, and its message names the limit and HTTP/2`, {
      timeout: LIMIT,
    }, async () => {
      const { page } = opened;
      const [{ url }, server] = sites;
      await page.goto(url);
      const keys = Array.from({ length: CONNECTIONS + 1 }, () => crypto.randomUUID());
      const urls = keys.map((key) => `${server.url}/responses?${new URLSearchParams({ key, responses: OPEN })}`);
      const [seventh] = keys.slice(-1);
      await page.evaluate(openStreams, { urls: urls.slice(0, CONNECTIONS) });
      await until("six streams", async () => (await page.evaluate(tellTrial)).open === CONNECTIONS);

      await page.evaluate(openOneMore, { url: urls[CONNECTIONS], way });
      const [error] = await until("the error", async () => {
        const { errors } = await page.evaluate(tellTrial);
        return errors.length > 0 && errors;
      });
      assert.equal(error.code, "connect-timeout");
      assert.equal(error.willReconnect, way === "FetchEventSource");
      assert.match(error.message, /six connections.*HTTP\/2/);
      assert.deepEqual(record.of(seventh).requests, [], "the seventh request did not reach the server");

      await page.evaluate(closeOne);
      // `events()` does not reconnect, so another stream takes the free connection.
      if (way === "events()") await page.evaluate(openOneMore, { url: urls[CONNECTIONS], way: "FetchEventSource" });
      await until("the seventh stream", async () => (await page.evaluate(tellTrial)).open === CONNECTIONS + 1);
      assert.equal(record.of(seventh).open, 1);
      await page.evaluate(closeAll);
    });
  }
}

/** Runs in the page. */
async function openStreams({ urls }) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  const trial = { open: 0, errors: [], sources: [] };
  Object.assign(globalThis, { trial });
  for (const url of urls) {
    const source = new FetchEventSource(url);
    source.once("message", () => {
      trial.open += 1;
    });
    trial.sources.push(source);
  }
}

/** Runs in the page. */
async function openOneMore({ url, way }) {
  const load = (path) => import(path);
  const { events, FetchEventSource } = await load("eventsource-wasm");
  const { trial } = globalThis;
  const fail = ({ code, message, willReconnect }) => trial.errors.push({ code, message, willReconnect });
  const connectTimeout = 1000;
  if (way === "events()") {
    events(url, { connectTimeout }).next().catch(fail);
    return;
  }
  const source = new FetchEventSource(url, { connectTimeout, retry: { initialDelay: 50, factor: 1 } });
  source.onerror = ({ error }) => fail(error);
  source.once("message", () => {
    trial.open += 1;
  });
  trial.sources.push(source);
}

/** Runs in the page. */
const tellTrial = () => ({ open: globalThis.trial.open, errors: globalThis.trial.errors });

/** Runs in the page. */
const closeOne = () => globalThis.trial.sources.shift().close();

/** Runs in the page. */
const closeAll = () => {
  for (const source of globalThis.trial.sources) source.close();
};
