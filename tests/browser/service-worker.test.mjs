/** Service workers between a page and its server: one forwards requests, and one responds from its cache. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEventServer } from "../server/app.mjs";
import { openPage } from "./browsers.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";
import { startSite } from "./site.mjs";

/** The time limit of a test, in ms. */
const LIMIT = 60_000;

const WORKER = `
  self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
  /** Responds with the cached part of the last response, if there is one, and fetches the next response meanwhile. */
  const stale = async (request) => {
    const cache = await caches.open("streams");
    const kept = await cache.match(request.url);
    const fetched = fetch(request).then((response) => cache.put(request.url, response.clone()).then(() => response));
    return kept ?? fetched;
  };
  self.addEventListener("fetch", (event) => {
    if (!event.request.url.includes("/numbers")) return;
    event.respondWith(event.request.url.includes("stale") ? stale(event.request) : fetch(event.request));
  });`;

inEachBrowser("service workers between page and server", goThroughIn);

function goThroughIn(browser) {
  /** @type {Awaited<ReturnType<typeof startSite>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    const app = createEventServer();
    app.get("/worker.js", (_request, reply) => reply.type("text/javascript").send(WORKER));
    site = await startSite(app);
    opened = await openPage(browser, site.url);
    await opened.page.evaluate(register);
  });
  after(async () => {
    await opened?.close();
    await site.close();
  });

  /** The data that a source gets, up to event 6. The server resumes after the ID that the source sends. */
  const receive = (options, query) => {
    const search = new URLSearchParams({ key: crypto.randomUUID(), total: "9", ...query });
    return opened.page.evaluate(listen, `/numbers?${search}`, options);
  };

  test("streams that break behind a forwarding service worker resume without a lost event", {
    timeout: LIMIT,
  }, async () => {
    assert.deepEqual(await receive({}, { cut: "2" }), ["1", "2", "3", "4", "5", "6"]);
  });

  test("with dedupe, a stream replayed from the cache of a service worker delivers no event again", {
    timeout: LIMIT,
  }, async () => {
    const query = { end: "2", answers: "stale" };
    assert.deepEqual(await receive({ dedupe: 10 }, query), ["1", "2", "3", "4", "5", "6"]);
    const twice = await receive({}, query);
    assert.deepEqual(twice.slice(0, 4), ["1", "2", "1", "2"], "the second response comes from the cache");
  });
}

/** Runs in the page. */
async function register() {
  const { serviceWorker } = navigator;
  const controlled = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve));
  await serviceWorker.register("/worker.js");
  if (!serviceWorker.controller) await controlled;
}

/** Runs in the page: returns the events that a source gets, up to event 6. */
async function listen(url, options) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  const source = new FetchEventSource(url, { retry: { initialDelay: 50, factor: 1 }, ...options });
  const heard = [];
  await new Promise((resolve) => {
    source.on("message", (data) => {
      heard.push(data);
      if (data === "6") resolve(undefined);
    });
  });
  source.close();
  return heard;
}
