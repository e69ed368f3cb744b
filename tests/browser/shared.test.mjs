/**
 * One connection for all tabs: the server numbers its events, and each tab keeps a ledger of the events that it got. If the
 * leading tab disappears, in any way, no other tab loses an event or gets one twice. The tests print the longest time of a tab
 * without an event. `tests/shared.rs` tests the limits in virtual time.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.mjs";
import { openPage } from "./browsers.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";
import { startSharedServer } from "./shared-server.mjs";
import { openTabs } from "./tabs.mjs";

/** The time limit of a test, in ms. */
const LIMIT = 60_000;
/** The time, in ms, of events before and after each change. */
const AWHILE = 300;

inEachBrowser("one connection for all tabs", shareIn);

function shareIn(browser) {
  /** @type {Awaited<ReturnType<typeof startSharedServer>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    server = await startSharedServer();
    opened = await openPage(browser, server.url);
  });
  after(async () => {
    await opened?.close();
    await server?.close();
  });

  /** Adds a test with tabs, each of which has a source. */
  const sharing = (name, { tabs: count = 3, init = {}, query = "", only = undefined }, run) =>
    test(name, { timeout: LIMIT, skip: only && !only.includes(browser) && `not in ${browser}` }, async (context) => {
      const key = crypto.randomUUID();
      const url = `/ticks?key=${key}${query}`;
      const tabs = await openTabs(browser, opened.page, server.url, count);
      try {
        for (const tab of tabs) await tab.evaluate(listen, url, init);
        await until("an event in each tab", () => all(tabs, ({ ledger }) => ledger.length > 0));
        await run({ tabs, url, key, record: server.recordOf(key), context });
      } finally {
        await tabs.close();
      }
    });

  /** Asserts that each tab gets all events from now on, and has lost none before. */
  const check = async (tabs, context, what) => {
    await pause(AWHILE);
    const last = server.last();
    await until("the same events in each tab", () => all(tabs, ({ ledger }) => ledger.at(-1).number >= last));
    const seen = await Promise.all(tabs.map((tab) => tab.evaluate(tell)));
    for (const [index, { ledger }] of seen.entries()) {
      const numbers = ledger.map(({ number }) => number);
      const wrong = numbers.filter((number, at) => at > 0 && number !== numbers[at - 1] + 1);
      assert.deepEqual(wrong, [], `tab ${index}: ${numbers}`);
    }
    const gaps = seen.map(({ ledger }) => Math.max(...ledger.map(({ at }, i) => (i > 0 ? at - ledger[i - 1].at : 0))));
    const events = seen.reduce((sum, { ledger }) => sum + ledger.length, 0);
    context.diagnostic(`${browser}: ${what}: ${events} events, 0 lost, 0 doubled, ${Math.max(...gaps)} ms without one`);
  };

  sharing(
    "ten tabs share one connection, and a request of the tenth is answered at once",
    { tabs: 10 },
    async ({ tabs, record, context }) => {
      await check(tabs, context, "ten tabs");
      assert.deepEqual([record.most, record.requests.length], [1, 1]);
      assert.equal(await tabs[9].evaluate(async () => (await fetch("/hello")).text()), "hello");
      assert.deepEqual(await roles(tabs), ["leading", ...Array(9).fill("following")]);
    },
  );

  /** The ways in which the leading tab disappears. */
  const WAYS = {
    "is closed": { go: (tab) => tab.close() },
    navigates: { go: (tab) => tab.goto("about:blank") },
    crashes: { go: (tab) => tab.crash(), only: ["chrome"] },
  };
  for (const [way, { go, only }] of Object.entries(WAYS)) {
    sharing(`the leading tab ${way}`, { only }, async ({ tabs, record, context }) => {
      await check(tabs, context, "before");
      await go(tabs[0]);
      await check(tabs.slice(1), context, `the leader ${way}`);
      assert.equal(record.open, 1);
      assert.equal(record.requests.length, 2);
      assert.equal((await roles(tabs.slice(1))).filter((role) => role === "leading").length, 1);
    });
  }

  sharing("the leading tab is frozen, and thaws", { only: ["chrome"] }, async ({ tabs, record, context }) => {
    await tabs[0].freeze(true);
    await check(tabs.slice(1), context, "the leader is frozen");
    await tabs[0].freeze(false);
    await check(tabs, context, "the leader thaws");
    assert.deepEqual([record.open, (await roles(tabs))[0]], [1, "following"]);
  });

  for (const index of [0, 1]) {
    sharing(
      `tab ${index} leaves while it is frozen, so that no messages are queued for it`,
      {},
      async ({ tabs, record, context }) => {
        const notify = (type) => document.dispatchEvent(new Event(type));
        await tabs[index].evaluate(notify, "freeze");
        assert.equal((await roles(tabs))[index], "joining");
        await check(
          tabs.filter((tab) => tab !== tabs[index]),
          context,
          `tab ${index} is frozen`,
        );
        await tabs[index].evaluate(notify, "resume");
        await check(tabs, context, "the leader thaws");
        await until("one connection", () => record.open === 1);
      },
    );
  }

  // In WebKitGTK the tabs are frames, which share a thread.
  sharing(
    "a leading tab that is busy is replaced",
    { only: ["chrome", "firefox"] },
    async ({ tabs, record, context }) => {
      await tabs[0].evaluate(beBusy, 3000);
      await pause(AWHILE);
      await tabs[1].front();
      await check(tabs.slice(1), context, "the leader is busy");
      await pause(3000);
      await check(tabs, context, "the former leader is not busy any more");
      await until("one connection", () => record.open === 1);
    },
  );

  sharing(
    "several sources in a tab and in its workers share one connection",
    { tabs: 1 },
    async ({ tabs, url, record, context }) => {
      const [tab] = tabs;
      await tab.evaluate(listenInWorker, url);
      await tab.evaluate(listen, url, {}, "second");
      await tab.evaluate(listen, url, {}, "third");
      await pause(AWHILE);
      await until("events in the worker", async () => (await tab.evaluate(() => globalThis.fromWorker.length)) > 3);
      assert.equal(record.most, 1);
      await check(tabs, context, "three sources and a worker");
      await tab.evaluate(() => {
        for (const { source } of Object.values(globalThis.shares)) source.close();
      });
      const before = await tab.evaluate(() => globalThis.fromWorker.length);
      await until(
        "events in the worker",
        async () => (await tab.evaluate(() => globalThis.fromWorker.length)) > before + 3,
      );
      const numbers = await tab.evaluate(() => globalThis.fromWorker);
      assert.ok(
        numbers.every((number, at) => at === 0 || number === numbers[at - 1] + 1),
        `${numbers}`,
      );
      await tab.evaluate(() => globalThis.worker.terminate());
      await until("no connection", () => record.open === 0);
    },
  );

  sharing("a leading worker is terminated, and another member leads", { tabs: 0 }, async ({ url, record, context }) => {
    const tabs = await openTabs(browser, opened.page, server.url, 3);
    try {
      await tabs[0].evaluate(listenInWorker, url);
      await until("events in the worker", async () => (await tabs[0].evaluate(() => globalThis.fromWorker.length)) > 3);
      for (const tab of tabs) await tab.evaluate(listen, url);
      await until("an event in each tab", () => all(tabs, ({ ledger }) => ledger.length > 0));
      assert.deepEqual(await roles(tabs), ["following", "following", "following"]);
      await tabs[0].evaluate(() => globalThis.worker.terminate());
      await check(tabs, context, "the worker is terminated");
      await until("one connection", () => record.open === 1);
      assert.equal(record.requests.length, 2);
    } finally {
      await tabs.close();
    }
  });

  sharing("sources that are closed at once leave no lock", {}, async ({ tabs, record }) => {
    for (const tab of tabs) {
      await tab.evaluate(async (url) => {
        const load = (path) => import(path);
        const { SharedEventSource } = await load("eventsource-wasm/shared");
        for (let index = 0; index < 20; index++) {
          const source = new SharedEventSource(url);
          if (index % 2 > 0) await new Promise((resolve) => setTimeout(resolve, index));
          source.close();
        }
        globalThis.shares.first.source.close();
      }, `/ticks?key=${crypto.randomUUID()}`);
    }
    await until("no connection", () => record.open === 0);
    await until("no lock", async () => {
      const { held, pending } = await tabs[0].evaluate(() => navigator.locks?.query() ?? { held: [], pending: [] });
      return held.length + pending.length === 0;
    });
  });

  sharing("closing the last source closes the connection", {}, async ({ tabs, record }) => {
    for (const tab of tabs) await tab.evaluate(() => globalThis.shares.first.source.close());
    await until("no connection", () => record.open === 0);
  });

  sharing("until ends all sources", { init: { until: "[DONE]" } }, async ({ tabs, key, record }) => {
    await fetch(`${server.url}/finish?key=${key}`);
    await until("the end in each tab", () => all(tabs, ({ end }) => end?.code === "complete"));
    assert.equal(record.requests.length, 1);
  });

  sharing(
    "a tab that joins later opens at once, and gets the past events of its replay",
    { init: { replay: 3 } },
    async ({ tabs, url, record, context }) => {
      await check(tabs, context, "before");
      const [late] = await openTabs(browser, opened.page, server.url, 1);
      try {
        await late.evaluate(listen, url, { replay: 3 });
        await until("events", async () => (await late.evaluate(tell)).ledger.length > 3);
        const { notes, ledger } = await late.evaluate(tell);
        assert.deepEqual(notes.slice(0, 1), ["open"]);
        assert.ok(ledger[2].at - ledger[0].at < 20, "the three past events come together");
        assert.equal(record.most, 1);
      } finally {
        await late.close();
      }
    },
  );

  sharing("without locks, the tabs elect a leader", { tabs: 0 }, async ({ url, record, context }) => {
    const tabs = await openTabs(browser, opened.page, server.url, 3);
    try {
      for (const tab of tabs) {
        await tab.evaluate(() => Object.defineProperty(navigator, "locks", { value: undefined }));
        await tab.evaluate(listen, url, {});
      }
      await until("an event in each tab", () => all(tabs, ({ ledger }) => ledger.length > 0));
      await check(tabs, context, "without locks");
      const leader = (await roles(tabs)).indexOf("leading");
      await tabs[leader].close();
      const rest = tabs.filter((_, index) => index !== leader);
      await check(rest, context, "without locks, the leader is closed");
      assert.equal(record.open, 1);
    } finally {
      await tabs.close();
    }
  });

  sharing("without BroadcastChannel, a tab has a connection of its own", { tabs: 0 }, async ({ url, context }) => {
    const tabs = await openTabs(browser, opened.page, server.url, 1);
    try {
      await tabs[0].evaluate(() => {
        globalThis.BroadcastChannel = undefined;
      });
      await tabs[0].evaluate(listen, url, {});
      await until("an event", () => all(tabs, ({ ledger }) => ledger.length > 0));
      await check(tabs, context, "alone");
      assert.deepEqual(await roles(tabs), ["alone"]);
    } finally {
      await tabs.close();
    }
  });

  sharing("foreign messages on the channel are ignored", {}, async ({ tabs, context }) => {
    await tabs[1].evaluate(disturb);
    await check(tabs, context, "foreign messages");
  });

  sharing(
    "a leader that cannot get a credential is replaced",
    { tabs: 0, query: "&status=401" },
    async ({ url, record, context }) => {
      const tabs = await openTabs(browser, opened.page, server.url, 3);
      try {
        for (const tab of tabs) await tab.evaluate(listenWithToken, url);
        await until("an event in each tab", () => all(tabs, ({ ledger }) => ledger.length > 0));
        const leader = (await roles(tabs)).indexOf("leading");
        await tabs[leader].evaluate(() => {
          globalThis.token = undefined;
          globalThis.shares.first.source.reconnect();
        });
        await until("another leader", async () => {
          const all = await roles(tabs);
          return all[leader] === "following" && all.includes("leading");
        });
        await check(tabs, context, "the leader has no credential any more");
        assert.equal(record.open, 1);
      } finally {
        await tabs.close();
      }
    },
  );

  sharing(
    "if no tab can get a credential, all sources end with the error 401",
    { tabs: 0, query: "&status=401" },
    async ({ url }) => {
      const tabs = await openTabs(browser, opened.page, server.url, 3);
      try {
        for (const tab of tabs) await tab.evaluate(listenWithToken, url);
        await until("an event in each tab", () => all(tabs, ({ ledger }) => ledger.length > 0));
        const leader = (await roles(tabs)).indexOf("leading");
        for (const tab of tabs) {
          await tab.evaluate(() => {
            globalThis.token = "bad";
          });
        }
        await tabs[leader].evaluate(() => globalThis.shares.first.source.reconnect());
        await until("the end in each tab", () => all(tabs, ({ end }) => end?.code === "status" && end.status === 401));
      } finally {
        await tabs.close();
      }
    },
  );

  for (const kind of ["SharedEventSource", "FetchEventSource"]) {
    const init = { persistId: "session" };
    sharing(
      `with persistId, a ${kind} resumes after the last event after a reload`,
      // WebKitGTK has frames instead of tabs.
      { tabs: 0, only: ["chrome", "firefox"] },
      async ({ url, record }) => {
        const tabs = await openTabs(browser, opened.page, server.url, 1);
        const [tab] = tabs;
        try {
          await tab.evaluate(listen, url, init, "first", kind);
          await until("an event", () => all(tabs, ({ ledger }) => ledger.length > 0));
          await pause(AWHILE);
          const kept = (await tab.evaluate(tell)).ledger;
          await tab.goto(server.url);
          await pause(AWHILE);
          await tab.evaluate(listen, url, init, "first", kind);
          await until("events", async () => (await tab.evaluate(tell)).ledger.length > 3);
          const { ledger } = await tab.evaluate(tell);
          assert.ok(ledger[0].number > kept[0].number);
          assert.equal(Number(record.requests.at(-1).lastEventId) + 1, ledger[0].number);
          assert.equal(record.requests.length, 2);
        } finally {
          await tabs.close();
        }
      },
    );
  }

  test("persistId is a TypeError in workers", { timeout: LIMIT }, async () => {
    const message = await opened.page.evaluate(persistInWorker);
    assert.match(message, /^TypeError: option 'persistId' must be .*only in a page/);
  });

  sharing(
    "a tab that goes back gets the events that it missed",
    { only: ["chrome", "firefox"] },
    async ({ tabs, record, context }) => {
      await tabs[0].evaluate(() => {
        globalThis.isTheSame = true;
      });
      await tabs[0].goto(`${server.url}/hello`);
      await check(tabs.slice(1), context, "the leader is in the back/forward cache");
      await tabs[0].back();
      await pause(AWHILE);
      // Firefox does not cache a page that had an open request.
      if (browser === "chrome") assert.equal(await tabs[0].evaluate(() => globalThis.isTheSame), true, "it was cached");
      if (!(await tabs[0].evaluate(() => globalThis.isTheSame))) return;
      await check(tabs, context, "the leader comes back");
      await until("one connection", () => record.open === 1);
    },
  );

  sharing("pause and resume affect only one source", {}, async ({ tabs, context }) => {
    await tabs[0].evaluate(() => globalThis.shares.first.source.pause());
    const before = (await tabs[0].evaluate(tell)).ledger.length;
    await check(tabs.slice(1), context, "the leader's source is paused");
    assert.equal((await tabs[0].evaluate(tell)).ledger.length, before);
    await tabs[0].evaluate(() => globalThis.shares.first.source.resume());
    await check(tabs, context, "the source is resumed");
  });

  sharing("sources with different options do not share, and a warning says why", {}, async ({ tabs, url, record }) => {
    await tabs[0].evaluate(noteWarnings);
    await tabs[1].evaluate(listen, url, { idleTimeout: 5000 }, "other");
    await until("two connections", () => record.open === 2);
    const [warning] = await until("a warning", async () => {
      const warnings = await tabs[0].evaluate(() => globalThis.warnings);
      return warnings.length > 0 && warnings;
    });
    assert.match(warning, /idleTimeout: none here, 5000 there/);
  });

  test("URL or headers by a function need a key", { timeout: LIMIT }, async () => {
    const errors = await opened.page.evaluate(async () => {
      const load = (path) => import(path);
      const { SharedEventSource } = await load("eventsource-wasm/shared");
      const messages = [];
      const fails = (...args) => {
        try {
          new SharedEventSource(...args).close();
          messages.push("none");
        } catch (error) {
          messages.push(`${error.name}: ${error.message}`);
        }
      };
      fails("/ticks", { headers: () => ({}) });
      fails(() => "/ticks");
      fails("/ticks", { method: "POST", body: new Uint8Array(3) });
      fails("/ticks", { replay: -1 });
      fails("/ticks", { key: 7 });
      fails("/ticks", { headers: () => ({}), key: "user 7" });
      return messages;
    });
    assert.match(errors[0], /^TypeError: option 'key' is missing: 'headers' is made by a function/);
    assert.match(errors[1], /^TypeError: option 'key' is missing: 'url' is made by a function/);
    assert.match(errors[2], /^TypeError: option 'key' is missing: 'body' is no text/);
    assert.match(errors[3], /^TypeError: option 'replay' must be/);
    assert.match(errors[4], /^TypeError: option 'key' must be/);
    assert.equal(errors[5], "none");
  });
}

async function all(tabs, isTrue) {
  const told = await Promise.all(tabs.map((tab) => tab.evaluate(tell)));
  return told.every(isTrue);
}

async function roles(tabs) {
  return Promise.all(tabs.map((tab) => tab.evaluate(() => globalThis.shares.first.source.shared)));
}

/** Runs in a tab. */
async function listen(url, init, name = "first", kind = "SharedEventSource") {
  const load = (path) => import(path);
  const { [kind]: Source } = await load(kind === "SharedEventSource" ? "eventsource-wasm/shared" : "eventsource-wasm");
  const source = new Source(url, init);
  globalThis.shares ??= {};
  const share = { source, ledger: [], notes: [], end: undefined };
  globalThis.shares[name] = share;
  source.on("message", (data) => share.ledger.push({ number: Number(data), at: Date.now() }));
  source.addEventListener("open", () => share.notes.push("open"));
  source.addEventListener("error", ({ error }) => share.notes.push(error.code));
  source.closed.then((end) => {
    share.end = { code: end.code };
  });
}

/** Runs in a tab. */
async function listenWithToken(url) {
  const load = (path) => import(path);
  const { SharedEventSource } = await load("eventsource-wasm/shared");
  globalThis.token = "good";
  const headers = () => {
    if (globalThis.token === undefined) throw new Error("this tab has no token");
    return { authorization: globalThis.token };
  };
  const source = new SharedEventSource(url, { key: url, headers });
  const share = { source, ledger: [], notes: [], end: undefined };
  globalThis.shares = { first: share };
  source.on("message", (data) => share.ledger.push({ number: Number(data), at: Date.now() }));
  source.closed.then((end) => {
    share.end = { code: end.code, status: end.error?.status };
  });
}

/** Runs in a page: resolves with the error of a source in a worker. */
function persistInWorker() {
  const { imports } = JSON.parse(document.querySelector("script[type=importmap]").textContent);
  const path = new URL(imports["eventsource-wasm"], location.href).href;
  const code = `
    import { FetchEventSource } from ${JSON.stringify(path)};
    try {
      new FetchEventSource(${JSON.stringify(new URL("/ticks", location.href).href)}, { persistId: "session" });
      postMessage("nothing");
    } catch (error) {
      postMessage(String(error));
    }`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
  });
}

/** Runs in a tab. */
function listenInWorker(url) {
  const { imports } = JSON.parse(document.querySelector("script[type=importmap]").textContent);
  const path = new URL(imports["eventsource-wasm/shared"], location.href).href;
  const code = `
    import { SharedEventSource } from ${JSON.stringify(path)};
    const source = new SharedEventSource(${JSON.stringify(new URL(url, location.href).href)});
    source.on("message", (data) => postMessage(Number(data)));`;
  globalThis.worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), {
    type: "module",
  });
  globalThis.fromWorker = [];
  globalThis.worker.onmessage = ({ data }) => globalThis.fromWorker.push(data);
}

/** Runs in a tab. */
function tell() {
  const { ledger, notes, end } = globalThis.shares.first;
  return { ledger, notes, end };
}

/** Runs in a tab, and returns before the tab is busy. */
function beBusy(time) {
  setTimeout(() => {
    for (const end = Date.now() + time; Date.now() < end; );
  }, 100);
}

/** Runs in a tab. */
function noteWarnings() {
  globalThis.warnings = [];
  console.warn = (text) => globalThis.warnings.push(text);
}

/** Runs in a tab: sends messages on all our channels that no member would send. */
async function disturb() {
  const { name } = globalThis.shares.first.source.constructor;
  const hash = async (text) => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    return Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const { url } = globalThis.shares.first.source;
  const key = JSON.stringify(["GET", url, "same-origin", [], null]);
  const channel = new BroadcastChannel(`eventsource-wasm/${await hash(`1 ${key}`)}`);
  const plain = new URL(url);
  plain.search = "";
  const terms = { credentials: "same-origin", method: "GET", url: plain.href };
  const group = await hash(JSON.stringify(terms, (name, value) => (name ? JSON.stringify(value) : value)));
  const fields = { group, from: 1, epoch: 1e15, leader: 1, number: 1, other: 1, id: "", start: "" };
  for (const message of [
    null,
    name,
    {},
    { group },
    { group, kind: 5 },
    { ...fields, kind: 99 },
    { ...fields, kind: 5 },
    { ...fields, kind: 5, events: [] },
    { ...fields, kind: 5, events: [["message", 1, "x"]] },
    { ...fields, kind: 4, number: -1 },
    { ...fields, kind: 4, number: 0.5 },
    { ...fields, kind: 4, epoch: Number.NaN },
    { group, epoch: 1e15, leader: 1, notice: { what: "complete" } },
    { group, epoch: 1e15, leader: 1, notice: { what: "error" } },
  ]) {
    channel.postMessage(message);
  }
  channel.close();
}
