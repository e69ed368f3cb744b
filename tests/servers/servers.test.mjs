/** The servers of `examples/servers/`, which follow tutorials, with our client in a page of another origin. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { start, stop } from "../../scripts/lib/command.mjs";
import { openPage } from "../browser/browsers.mjs";
import { startSite } from "../browser/site.mjs";

/** The installed servers of `npm run test:servers`, by name. */
const SERVERS = JSON.parse(process.env.SERVERS ?? "{}");

/** The time limit, in ms, of a server's start and of a test. */
const STARTING = 20_000;
const LIMIT = 30_000;

/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {Awaited<ReturnType<typeof openPage>>} */
let opened;
before(async () => {
  site = await startSite();
  opened = await openPage("chrome", site.url);
});
after(async () => {
  await opened?.close();
  await site?.close();
});

/** Adds tests, which get the server's URL. @param {string} name @param {Record<string, (url: string) => Promise<void>>} tests */
function server(name, tests) {
  const given = SERVERS[name];
  const skip = given === undefined ? "the run does not include this server" : (given.skip ?? false);
  describe(name, { skip }, () => {
    let url = "";
    let child;
    before(async () => {
      const port = await freePort();
      url = `http://localhost:${port}`;
      const args = name === "fastapi" ? [...given.args, "--port", String(port)] : given.args;
      const started = start(given.program, args, { cwd: given.cwd, env: { PORT: String(port) } });
      child = started.child;
      await answers(url, started);
    });
    after(() => child && stop(child));
    for (const [claim, run] of Object.entries(tests)) test(`${name}: ${claim}`, { timeout: LIMIT }, () => run(url));
  });
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "localhost", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Waits until the server answers a request. */
async function answers(url, { child, output }) {
  const deadline = Date.now() + STARTING;
  while (Date.now() < deadline && child.exitCode === null) {
    const isUp = await fetch(url, { signal: AbortSignal.timeout(1000) }).then(
      (response) => response.body?.cancel().then(() => true) ?? true,
      () => false,
    );
    if (isUp) return;
    await sleep(50);
  }
  throw new Error(`the server does not answer:\n${output.join("\n")}`);
}

const inPage = (run, ...args) => opened.page.evaluate(run, ...args);

/** Runs in the page: returns the IDs of this many events of a name, with a `reconnect()` between them. */
async function idsOverReconnect(url, type, count) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  const source = new FetchEventSource(url, { decode: { [type]: "json" } });
  const seen = [];
  return new Promise((resolve, reject) => {
    source.onerror = ({ error }) => reject(new Error(`${error.code}: ${error.message}`));
    source.on(type, (payload, event) => {
      seen.push([payload.id, event.lastEventId]);
      if (seen.length === 2) source.reconnect();
      if (seen.length < count) return;
      source.close();
      resolve([seen, source.reconnectionTime]);
    });
  });
}

/** Runs in the page: returns the IDs of this many events, by the browser's own class. */
async function idsOfBrowsersOwn(url, type, count) {
  const load = (path) => import(path);
  const { EventSource } = await load("eventsource-wasm");
  const seen = [];
  const source = new EventSource(url, { decode: { [type]: "json" } });
  return new Promise((resolve) => {
    source.on(type, ({ id }) => {
      seen.push(id);
      if (seen.length < count) return;
      source.close();
      resolve(seen);
    });
  });
}

/** Runs in the page: returns the words of an answer, and the time between the first and the last, in ms. */
async function answerOf(url, prompt) {
  const load = (path) => import(path);
  const { events } = await load("eventsource-wasm");
  const answer = events(url, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt }),
    decode: "json",
    until: "[DONE]",
  });
  const words = [];
  let first = 0;
  for await (const { data } of answer) {
    first ||= performance.now();
    words.push(data.delta);
  }
  return [words, performance.now() - first];
}

/** The tests that three of the servers share. */
const FEED_AND_CHAT = {
  "named events resume after the last ID, with the server's retry": async (url) => {
    const [seen, reconnectionTime] = await inPage(idsOverReconnect, `${url}/events`, "tick", 4);
    assert.deepEqual(seen, [
      [1, "1"],
      [2, "2"],
      [3, "3"],
      [4, "4"],
    ]);
    assert.equal(reconnectionTime, 1000);
  },
  "the browser's own EventSource reads named events, too": async (url) => {
    assert.deepEqual(await inPage(idsOfBrowsersOwn, `${url}/events`, "tick", 2), [1, 2]);
  },
  "a POST with a body from another origin is answered word by word": async (url) => {
    const [words, ms] = await inPage(answerOf, `${url}/chat`, "one two three four");
    assert.deepEqual(words, ["one", "two", "three", "four"]);
    assert.ok(ms > 150, `the words arrived together, within ${ms} ms`);
  },
};

server("node-http", FEED_AND_CHAT);
server("axum", FEED_AND_CHAT);
server("fastapi", FEED_AND_CHAT);

server("express", {
  "sendSSE sends id, event, retry and data of several lines, and missed events after a reconnect": async (url) => {
    const post = (text) =>
      fetch(`${url}/notes`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text }),
      });
    await post("a\nb\r\n  c");
    const [before, reconnectionTime] = await inPage(openNotes, `${url}/notes`);
    assert.deepEqual(before, [["a\nb\n  c", "1"]]);
    assert.equal(reconnectionTime, 1000);
    await post("missed");
    await inPage(() => globalThis.notes.resume());
    await post("live");
    assert.deepEqual(await inPage(() => globalThis.notes.until(3)), [
      ["a\nb\n  c", "1"],
      ["missed", "2"],
      ["live", "3"],
    ]);
  },
});

/** Runs in the page: opens the notes, takes the first note, and has no connection until `resume()`. */
async function openNotes(url) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  const seen = [];
  let isAway = false;
  let comeBack = () => {};
  const source = new FetchEventSource(async () => {
    if (isAway) await new Promise((resolve) => (comeBack = () => resolve(undefined)));
    return url;
  });
  const until = (count) =>
    new Promise((resolve) => {
      const look = () => (seen.length >= count ? resolve(seen) : setTimeout(look, 10));
      look();
    });
  source.on("note", (text, { lastEventId }) => seen.push([text, lastEventId]));
  globalThis.notes = { until, resume: () => comeBack() };
  await until(1);
  isAway = true;
  source.reconnect();
  return [[...seen], source.reconnectionTime];
}

server("koa", {
  "a POST starts progress for only one client": async (url) => {
    const [one, other] = await inPage(progressOfOne, url);
    assert.deepEqual(one, [20, 40, 60, 80, 100]);
    assert.deepEqual(other, []);
  },
  "one client too many gets a 503 with Retry-After, and a place after another client has left": async (url) => {
    assert.deepEqual(await inPage(oneTooMany, url), [["status", 503, true], "open"]);
  },
  "a client whose page is left is removed": async (url) => {
    await inPage(leave, url);
    const listed = async () => (await fetch(`${url}/event/clients`)).json();
    const deadline = Date.now() + 5000;
    while ((await listed()).length > 0 && Date.now() < deadline) await sleep(50);
    assert.deepEqual(await listed(), []);
  },
});

/** Runs in the page: returns the progress that each of two clients gets. */
async function progressOfOne(url) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  const open = (id) => {
    const source = new FetchEventSource(`${url}/event/push?id=${id}`, { decode: { progress: "json" } });
    const seen = [];
    const isDone = new Promise((resolve) => {
      source.on("progress", ({ percent }) => {
        seen.push(percent);
        if (percent === 100) resolve(undefined);
      });
    });
    return { source, seen, isDone, isOpen: new Promise((resolve) => source.on("open", resolve)) };
  };
  const clients = [open("a"), open("b")];
  const [a, b] = clients;
  await Promise.all(clients.map(({ isOpen }) => isOpen));
  await fetch(`${url}/event/progress?client=a`, { method: "POST" });
  await a.isDone;
  for (const { source } of clients) source.close();
  return [a.seen, b.seen];
}

/** Runs in the page: returns the error of a fourth client, and its next event after the first client has left. */
async function oneTooMany(url) {
  const load = (path) => import(path);
  const { FetchEventSource } = await load("eventsource-wasm");
  // Clients of the previous test may not have left yet.
  const count = async () => (await (await fetch(`${url}/event/clients`)).json()).length;
  while ((await count()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const open = (id) => new FetchEventSource(`${url}/event/push?id=${id}`, { retry: { initialDelay: 100 } });
  const first = [1, 2, 3].map(open);
  await Promise.all(first.map((source) => new Promise((resolve) => source.on("open", resolve))));
  const last = open(4);
  const error = await new Promise((resolve) => (last.onerror = ({ error }) => resolve(error)));
  first[0].close();
  const event = await new Promise((resolve) => last.once("open", () => resolve("open")));
  for (const source of [...first, last]) source.close();
  // The delay is at least Retry-After, which is one second.
  return [[error.code, error.status, error.delay >= 1000], event];
}

/** Runs in the page: leaves a frame with an open stream. The frame sends a beacon. */
async function leave(url) {
  const frame = document.body.appendChild(document.createElement("iframe"));
  const { contentWindow: inner } = frame;
  if (!inner) throw new Error("the frame has no window");
  const source = new /** @type {any} */ (inner).EventSource(`${url}/event/push?id=frame`);
  await new Promise((resolve) => source.addEventListener("open", resolve));
  inner.addEventListener("pagehide", () => inner.navigator.sendBeacon(`${url}/event/close?client=frame`));
  const listed = await (await fetch(`${url}/event/clients`)).json();
  if (!listed.includes("frame")) throw new Error(`not listed: ${listed}`);
  frame.remove();
}

server("go", {
  "the body of a POST is echoed each second, and an abort ends it": async (url) => {
    const [seen, ms] = await inPage(echoOf, `${url}/echo`, "two\nlines");
    assert.deepEqual(seen, [
      ["two\nlines", "1"],
      ["two\nlines", "2"],
    ]);
    assert.ok(ms > 700, `both echoes arrived together, within ${ms} ms`);
  },
});

/** In the page: two echoes. */
async function echoOf(url, body) {
  const load = (path) => import(path);
  const { events } = await load("eventsource-wasm");
  const seen = [];
  let first = 0;
  for await (const { data, lastEventId } of events(url, { body })) {
    first ||= performance.now();
    seen.push([data, lastEventId]);
    if (seen.length === 2) break;
  }
  return [seen, performance.now() - first];
}
