/** A page whose Content-Security-Policy forbids the connection: the source closes with the code `policy`. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browsers, openPage } from "./browsers.mjs";
import { startSite } from "./site.mjs";

/** The time limit of a test, in ms. */
const LIMIT = 60_000;

describe("a page's policy", { concurrency: true }, () => {
  /** @type {Awaited<ReturnType<typeof startSite>>} */
  let site;
  before(async () => {
    site = await startSite();
  });
  after(() => site.close());

  for (const { name: browser, skip } of browsers) {
    test(`in ${browser}, connect-src 'none' closes the source with the code policy, without another error`, {
      skip,
      timeout: LIMIT,
    }, async () => {
      const { page, close } = await openPage(browser, site.url);
      try {
        const urls = [`${site.url}/own`, "http://127.0.0.1:9/other#fragment"];
        for (const url of urls) assert.deepEqual(await page.evaluate(connect, url), [["policy", false], "policy"], url);
      } finally {
        await close();
      }
    });
  }
});

/** Runs in the page. */
async function connect(url) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  const content = "connect-src 'none'";
  document.head.append(
    Object.assign(document.createElement("meta"), { httpEquiv: "Content-Security-Policy", content }),
  );
  const source = new FetchEventSource(url);
  const heard = [];
  source.onerror = ({ error }) => heard.push([error.code, error.willReconnect]);
  const { code } = await source.closed;
  // The error event is dispatched together with the end.
  await new Promise((resolve) => setTimeout(resolve));
  return [...heard, code];
}
