/** A page whose Content-Security-Policy forbids WebAssembly: the JavaScript build of the engine takes its place. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createEventServer } from "../server/app.mjs";
import { browsers, openPage } from "./browsers.mjs";
import { startSite } from "./site.mjs";

/** ms for a test. */
const LIMIT = 60_000;

/** What many sites have; the import map is inline. */
const POLICY = "script-src 'self' 'unsafe-inline' blob:";

const BODY = "id: 7\ndata: grün 🎉\n\nevent: end\ndata: -\n\n";

/** Runs in the page and in the worker: what its sources deliver, the scripts that it loaded, and its policy's reports. */
const PROGRAM = `async (base, load) => {
  const reports = [];
  addEventListener("securitypolicyviolation", ({ effectiveDirective }) => reports.push(effectiveDirective));
  const { events, FetchEventSource } = await load("index.js");
  const { createParser } = await load("parser/js.js");
  const url = base + "/body?" + new URLSearchParams({ body: ${JSON.stringify(BODY)} });
  const source = new FetchEventSource(url, { until: { event: "end" } });
  const seen = [];
  source.addEventListener("message", ({ data, lastEventId }) => seen.push(lastEventId + " " + data));
  seen.push((await source.closed).code);
  for await (const { type, data } of events(url, { until: { event: "end" } })) seen.push(type + " " + data);
  createParser({ onEvent: ({ data }) => seen.push("parsed " + data) }).feed("data: 1\\n\\n");
  const builds = performance.getEntriesByType("resource").filter(({ name }) => /client_js/.test(name)).length;
  let compiled = false;
  try {
    // WebKitGTK forbids the instance, not the module.
    new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
    compiled = true;
  } catch {}
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { seen, builds, compiled, reports: [...new Set(reports)], count: reports.length };
}`;

describe("a page without WebAssembly", { concurrency: true }, () => {
  /** @type {Awaited<ReturnType<typeof startSite>>} */
  let site;
  before(async () => {
    const app = createEventServer();
    app.addHook("onSend", async (_request, reply) => {
      reply.header("content-security-policy", POLICY);
    });
    site = await startSite(app);
  });
  after(() => site.close());

  for (const { name: browser, skip } of browsers) {
    describe(browser, { skip, concurrency: 1 }, () => {
      test(`in ${browser}, a page loads the build once and delivers all`, { timeout: LIMIT }, async () => {
        const found = await inPage(browser, runHere);
        assert.deepEqual([found.seen, found.compiled, found.builds], [EXPECTED, false, 1]);
        // One report is ours, and one is that of the probe above; WebKitGTK makes none.
        assert.ok(found.count <= 2, `${found.count} reports`);
      });

      test(`in ${browser}, so does a worker`, { timeout: LIMIT }, async () => {
        const found = await inPage(browser, runInWorker);
        assert.deepEqual([found.seen, found.compiled], [EXPECTED, false]);
      });
    });
  }

  async function inPage(browser, run) {
    const { page, close } = await openPage(browser, site.url);
    try {
      return await page.evaluate(run, { program: PROGRAM, base: site.url });
    } finally {
      await close();
    }
  }
});

const EXPECTED = ["7 grün 🎉", "complete", "message grün 🎉", "parsed 1"];

/** Runs in the page. */
function runHere({ program, base }) {
  return new Promise((resolve, reject) => {
    Object.assign(globalThis, { base, finished: resolve, failed: reject, load: (path) => import(`/dist/${path}`) });
    const script = document.createElement("script");
    // Without eval, which the policy forbids, too.
    script.textContent = `(${program})(globalThis.base, globalThis.load).then(globalThis.finished, globalThis.failed)`;
    document.head.append(script);
  });
}

/** Runs in the page. A worker by a blob has the policy of its page. */
function runInWorker({ program, base }) {
  const code = `(${program})(${JSON.stringify(base)}, (path) => import("${base}/dist/" + path)).then(
    (value) => postMessage({ value }), ({ message }) => postMessage({ message }));`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { type: "module" });
    worker.onmessage = ({ data }) => ("value" in data ? resolve(data.value) : reject(new Error(data.message)));
    worker.onerror = () => reject(new Error("the worker failed"));
  });
}
