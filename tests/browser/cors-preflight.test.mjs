/** A server of another origin that refuses preflights: a source can still reconnect, with the ID in its URL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createEventServer } from "../server/app.mjs";
import { Record } from "../server/record.mjs";
import { browsers, openPage } from "./browsers.mjs";
import { startSite } from "./site.mjs";

/** The time limit of a test, in ms. */
const LIMIT = 60_000;
const RESPONSES = [{ body: "id: 7\ndata: 1\n\n", ends: true }, { body: "id: 8\ndata: 2\n\n" }];

describe("a server of another origin that refuses preflights", { concurrency: true }, () => {
  const record = new Record();
  /** @type {Awaited<ReturnType<typeof startSite>>[]} */
  let sites;
  before(async () => {
    sites = await Promise.all([startSite(), startSite(createEventServer(record))]);
  });
  after(() => Promise.all(sites.map((site) => site.close())));

  for (const { name: browser, skip } of browsers) {
    test(`in ${browser}, a source reconnects with lastEventIdHeader: false and the ID in the URL, but not with the header`, {
      skip,
      timeout: LIMIT,
    }, async () => {
      const [own, server] = sites.map(({ url }) => url);
      const { page, close } = await openPage(browser, own);
      const connectTo = async (lastEventIdHeader) => {
        const key = crypto.randomUUID();
        const query = new URLSearchParams({ key, preflight: "refused", responses: JSON.stringify(RESPONSES) });
        const received = await page.evaluate(connect, `${server}/responses?${query}`, lastEventIdHeader);
        const { requests } = record.of(key);
        return [
          received,
          requests.map(({ url, lastEventId }) => [new URL(url, server).searchParams.get("from"), lastEventId]),
        ];
      };
      try {
        assert.deepEqual(await connectTo(false), [
          ["1", "ended", "2"],
          [
            ["", null],
            ["7", null],
          ],
        ]);
        assert.deepEqual(await connectTo(true), [["1", "ended", "network"], [["", null]]]);
      } finally {
        await close();
      }
    });
  }
});

/** Runs in the page. */
async function connect(url, lastEventIdHeader) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  const withId = ({ lastEventId }) => `${url}&from=${lastEventId}`;
  const source = new FetchEventSource(withId, { lastEventIdHeader, retry: { initialDelay: 10 } });
  const received = [];
  await new Promise((resolve) => {
    const note = (text) => received.push(text) === 3 && resolve(undefined);
    source.on("message", note);
    source.onerror = ({ error }) => note(error.code);
  });
  source.close();
  return received;
}
