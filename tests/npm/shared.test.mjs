/**
 * `SharedEventSource` in Node: members in one process and its worker threads, with BroadcastChannel. Web Locks come with
 * Node.js 24.5; without them, the leader is elected by messages.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FetchEventSource } from "eventsource-wasm";
import { until } from "../support/until.mjs";
import { within } from "../support/within.mjs";
import { AWHILE, eventsOf, isOpen, numbers, open, route, sources } from "./shared-sources.mjs";

const cwd = fileURLToPath(new URL("../..", import.meta.url));
/** Runs a program with `url` until it exits. At each output, `react` gets all output so far. */
async function run(program, url, react = (_output) => {}) {
  const source = `const url = ${JSON.stringify(url)};
    const { SharedEventSource } = await import("eventsource-wasm/shared");
    ${program}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
      react(output);
    });
  }
  try {
    await within(10_000, `the end of the process, which printed ${output}`, once(child, "exit"));
  } finally {
    child.kill("SIGKILL");
  }
  return output;
}

test("20,000 events with long IDs in one write are delivered in order", async () => {
  const list = Array.from({ length: 20_000 }, (_, index) => `${index}-${"é".repeat(60)}`);
  const { url, send } = route();
  const source = open(url);
  await isOpen(source);
  send(list.map((id) => `id: ${id}\ndata: ${id}\n\n`).join(""));
  await until("all", () => source.notes.length >= list.length);
  assert.deepEqual(source.notes, list);
});

test("an open source keeps the process running until it is closed", async () => {
  const { url } = route(() => "data: 1\n\n");
  const printed = await run(
    `
    const source = new SharedEventSource(url);
    source.on("message", (data) => { console.log(data); source.close(); });`,
    url,
  );
  assert.equal(printed, "1\n");
});

test("a source that is closed before it has joined does not keep the process running", async () => {
  const { url } = route();
  assert.equal(await run(`new SharedEventSource(url).close();`, url), "");
});

test("a following source keeps its worker thread running until it is closed", async () => {
  const one = route(() => "id: 1\ndata: 1\n\n");
  const program = `
    import { Worker } from "node:worker_threads";
    const source = new SharedEventSource(url);
    await new Promise((resolve) => source.once("message", resolve));
    const worker = new Worker(\`import("eventsource-wasm/shared").then(({ SharedEventSource }) => {
      const source = new SharedEventSource(\${JSON.stringify(url)}, { replay: 1 });
      source.on("message", (data) => {
        console.log(source.shared, data);
        if (data === "2") source.close();
      });
    })\`, { eval: true });
    worker.on("exit", () => { console.log("exit", source.shared); source.close(); });`;
  const printed = await run(program, one.url, (output) => {
    // For a second, only the source keeps the thread running.
    if (output === "following 1\n") setTimeout(() => one.send("id: 2\ndata: 2\n\n"), 1000);
  });
  assert.equal(printed, "following 1\nfollowing 2\nexit leading\n");
  assert.equal(one.requests.length, 1);
});

test("a source with a URL function opens as a follower", async () => {
  const { url, send } = route();
  const make = (replay) => open(() => url, { key: url, replay });
  const leader = make(0);
  await isOpen(leader);
  const follower = make(1);
  const openings = [];
  follower.addEventListener("open", (event) => openings.push(event.response.url));
  await isOpen(follower);
  send(eventsOf(["1"]));
  await until("an event", () => follower.notes.length > 0);
  assert.deepEqual([openings, follower.url, follower.shared], [[url], url, "following"]);
  follower.close();
  assert.equal(follower.url, url);
});

test("url has no password, before, during and after the connection", async () => {
  const { url, requests } = route();
  const source = open(url.replace("//", "//user:secret@"));
  assert.equal(source.url, url);
  await isOpen(source);
  assert.equal(source.url, url);
  assert.match(requests[0].authorization, /^Basic /);
  source.close();
  assert.equal(source.url, url);
});

test("each source gets as many past events as its replay asks for, over one connection", async () => {
  const { url, requests, send } = route(() => eventsOf(numbers(1, 5)));
  const first = open(url);
  await until("events", () => first.notes.length === 5);
  const second = open(url, { replay: 2 });
  const third = open(url, { replay: 3 });
  const fourth = open(url);
  await until("events", () => second.notes.length === 2 && third.notes.length === 3);
  await isOpen(fourth);
  send(eventsOf(["6"]));
  await until("the sixth", () => [first, second, third, fourth].every(({ notes }) => notes.at(-1) === "6"));
  assert.deepEqual([second.notes, third.notes, fourth.notes], [["4", "5", "6"], ["3", "4", "5", "6"], ["6"]]);
  assert.equal(requests.length, 1);
});

test("a source with another last event ID catches up over its own connection, and then follows", async () => {
  const { url, streams, send } = route((id) => eventsOf(numbers(Number(id ?? 1000) + 1, 3000)));
  const first = open(url);
  await until("events", () => first.notes.length === 2000);
  for (const [id, length] of [
    ["2500", 500],
    ["10", 2990],
  ]) {
    const other = open(url, { lastEventId: id });
    await until("events", () => other.notes.length >= length);
    assert.deepEqual(other.notes, numbers(Number(id) + 1, 3000));
    await until("one connection", () => streams.size === 1 && other.shared === "following");
  }
  send(eventsOf(["3001"]));
  await until("the next", () => [...sources].every(({ notes }) => notes.at(-1) === "3001"));
});

test("a source that was paused for long catches up over its own connection, and then follows", async () => {
  let last = 0;
  const { url, streams, send } = route((id) => eventsOf(numbers(Number(id ?? 0) + 1, last)));
  const [first, second] = [open(url), open(url)];
  await isOpen(second);
  second.pause();
  send(eventsOf(numbers(1, 3000)));
  last = 3000;
  await until("events", () => first.notes.length === 3000);
  assert.deepEqual(second.notes, []);
  second.resume();
  await until("events", () => second.notes.length >= 3000);
  assert.deepEqual(second.notes, numbers(1, 3000));
  await until("one connection", () => streams.size === 1 && second.shared !== "alone");
});

test("a paused source gets the events before the end after its resume", async () => {
  const { url, send } = route();
  const [first, second] = [open(url, { until: "[DONE]" }), open(url, { until: "[DONE]" })];
  await isOpen(second);
  second.pause();
  send(`${eventsOf(["1", "2"])}data: [DONE]\n\n`);
  assert.equal((await within(5000, "the end", first.closed)).code, "complete");
  await pause(20);
  assert.equal(second.status.state, "paused");
  second.resume();
  assert.equal((await within(5000, "the end", second.closed)).code, "complete");
  assert.deepEqual(second.notes, ["1", "2"]);
});

test("an onComment that throws is reported, and resume() delivers what follows", async () => {
  const { url, send } = route();
  const onComment = (text) => {
    throw new Error(text);
  };
  const source = open(url, { onComment });
  const reported = [];
  globalThis.reportError = ({ message }) => reported.push(message);
  try {
    await until("the first comment", () => reported.length === 1);
    source.pause();
    send(`: one\n\n${eventsOf(["1"])}: two\n\n${eventsOf(["2"])}`);
    await pause(AWHILE);
    source.resume();
    assert.deepEqual(
      [reported, source.notes],
      [
        ["", "one", "two"],
        ["1", "2"],
      ],
    );
  } finally {
    delete globalThis.reportError;
  }
});

test("a source that joins an open connection opens at once, with a statuschange", async () => {
  const { url } = route();
  await isOpen(open(url));
  const later = open(url);
  const notes = [];
  later.addEventListener("statuschange", () => notes.push(later.status.state));
  later.addEventListener("open", () => notes.push("open event"));
  await isOpen(later);
  await pause(20);
  assert.deepEqual(notes, ["open", "open event"]);
});

test("a source that is made, closed and made again in one tick makes one connection, and leaves none", async () => {
  const { url, requests, streams, send } = route();
  open(url).close();
  const again = open(url);
  await isOpen(again);
  send(eventsOf(["1"]));
  await until("an event", () => again.notes.length > 0);
  again.close();
  await until("no connection", () => streams.size === 0);
  assert.equal(requests.length, 1);
});

test("a source that is closed while it joins leaves no channel and sends no request", async () => {
  const { url, requests } = route();
  const { BroadcastChannel } = globalThis;
  let source;
  let channels = 0;
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      channels += 1;
      queueMicrotask(() => name && source.close());
    }
    close() {
      super.close();
      channels -= 1;
    }
  };
  try {
    source = open(url);
    await within(5000, "the end", source.closed);
    await until("no channel", () => channels === 0);
    await pause(AWHILE);
    assert.equal(requests.length, 0);
  } finally {
    globalThis.BroadcastChannel = BroadcastChannel;
  }
});

test("the next leader continues the wait before the retry, and reconnect() ends the wait", async () => {
  let refuses = false;
  const one = route(undefined, () => refuses);
  const retry = { initialDelay: 60_000 };
  const [first, second] = [open(one.url, { retry }), open(one.url, { retry, replay: 1 })];
  await isOpen(first);
  await isOpen(second);
  refuses = true;
  one.end();
  await until("a wait", () => [first, second].every(({ status }) => status.state === "waiting"));
  const requests = one.requests.length;
  const [leader, other] = first.shared === "leading" ? [first, second] : [second, first];
  leader.close();
  await until("another leader", () => other.shared === "leading");
  await pause(AWHILE);
  assert.equal(one.requests.length, requests);
  assert.ok(other.status.delay > 30_000);
  refuses = false;
  other.reconnect();
  await isOpen(other);
  assert.equal(one.requests.length, requests + 1);
});

test("a leader that is closed during a wait does not keep the process running", async () => {
  const one = route(() => "retry: 60000\n\ndata: 1\n\n");
  const printed = await run(
    `
    const first = new SharedEventSource(url);
    await new Promise((resolve) => first.once("message", resolve));
    const second = new SharedEventSource(url, { replay: 1 });
    await new Promise((resolve) => second.addEventListener("open", resolve));
    second.addEventListener("statuschange", () => {
      if (second.status.state !== "waiting") return;
      first.close();
      const timer = setInterval(() => {
        if (second.shared !== "leading") return;
        clearInterval(timer);
        second.close();
        console.log("closed");
      }, 10);
    });
    console.log("open");`,
    one.url,
    (output) => output === "open\n" && one.end(),
  );
  assert.equal(printed, "open\nclosed\n");
});

test("an infinite closeDelay keeps the connection after close()", async () => {
  const { url, streams, requests } = route();
  const source = open(url, { closeDelay: Number.POSITIVE_INFINITY });
  await isOpen(source);
  source.close();
  await pause(AWHILE);
  assert.equal(streams.size, 1);
  const again = open(url);
  await isOpen(again);
  again.close();
  await until("no connection", () => streams.size === 0);
  assert.equal(requests.length, 1);
});

test("a POST without retry is not sent again when its leader closes: all sources end as if the network failed", async () => {
  for (const init of [{ body: "prompt" }, { method: () => "GET", key: "a function" }]) {
    const { url, requests } = route();
    const all = [0, 1, 2].map((replay) => open(url, { ...init, replay }));
    for (const source of all) await isOpen(source);
    const leader = all.find(({ shared }) => shared === "leading");
    leader.close();
    for (const source of all) {
      if (source === leader) continue;
      const { code, error } = await within(5000, "the end", source.closed);
      assert.deepEqual([code, error.willReconnect, error.delivered], ["network", false, true]);
    }
    await pause(AWHILE);
    assert.equal(requests.length, 1);
  }
});

test("a POST with retry is sent again when its leader closes, and so is one that the server refused with 401", async () => {
  const { url, requests } = route();
  const all = [0, 1].map((replay) => open(url, { body: "prompt", replay, retry: {} }));
  for (const source of all) await isOpen(source);
  all.find(({ shared }) => shared === "leading").close();
  await until("another request", () => requests.length === 2);

  const other = route();
  let isFirst = true;
  const fetch = async (...request) => {
    if (!isFirst) return globalThis.fetch(...request);
    isFirst = false;
    // With Web Locks, the first source leads before the second has joined.
    await until("a source that follows", () => both.some(({ shared }) => shared === "following"));
    return new Response(null, { status: 401 });
  };
  const both = [0, 1].map((replay) => open(other.url, { body: "prompt", replay, fetch }));
  for (const source of both) await isOpen(source);
  assert.equal(other.requests.length, 1);
});

test("a paused source of a POST keeps all events, and sends no request when it resumes", async () => {
  const { url, requests, send } = route();
  const all = [0, 0].map(() => open(url, { body: "prompt" }));
  for (const source of all) await isOpen(source);
  all[1].pause();
  send(eventsOf(numbers(1, 3000)));
  await until("events", () => all[0].notes.length === 3000);
  all[1].resume();
  await until("events", () => all[1].notes.length === 3000);
  assert.equal(requests.length, 1);
});

test("a source that is made just after the end of the shared one begins anew, without an ID", async () => {
  const { url, requests } = route((id) => `${eventsOf(numbers(Number(id ?? 0) + 1, 3))}data: [DONE]\n\n`);
  const init = { until: "[DONE]" };
  const ends = [];
  for (const replay of [0, 0, 5]) {
    const source = open(url, { ...init, replay });
    source.addEventListener("open", ({ reopened }) => ends.push(reopened));
    await within(5000, "the end", source.closed);
    ends.push(source.notes);
  }
  const all = [false, ["1", "2", "3"]];
  assert.deepEqual(ends, [...all, ...all, ...all]);
  assert.deepEqual(
    requests.map(({ id }) => id),
    [undefined, undefined, undefined],
  );
});

test("the reconnection time is known before the source has joined and after its end", async () => {
  const { url } = route(() => "retry: 700\n\ndata: 1\n\n");
  const source = open(url, { retry: { initialDelay: 1234 } });
  const times = [source.reconnectionTime];
  await until("an event", () => source.notes.length === 1);
  times.push(source.reconnectionTime);
  source.close();
  times.push(source.reconnectionTime);
  assert.deepEqual(times, [1234, 700, 700]);
  const aborted = new FetchEventSource(url, { signal: AbortSignal.abort() });
  assert.equal(aborted.reconnectionTime, 3000);
});

test("the server's reconnection time is known to all sources, and stays in force when the leader closes", async () => {
  let refuses = false;
  const { url, send } = route(undefined, () => refuses);
  const all = [0, 1].map((replay) => open(url, { replay, retry: {} }));
  for (const source of all) await isOpen(source);
  send("retry: 200\n\n");
  await until("the time", () => all.every(({ reconnectionTime }) => reconnectionTime === 200));
  send(eventsOf(["1"]));
  await until("an event", () => all.every(({ notes }) => notes.length === 1));
  refuses = true;
  const leader = all.find(({ shared }) => shared === "leading");
  const other = all.find((source) => source !== leader);
  const delays = [];
  other.addEventListener("error", ({ error }) => delays.push(error.delay));
  leader.close();
  await until("two failures", () => delays.length === 2);
  assert.deepEqual([delays, other.reconnectionTime], [[200, 400], 200]);
});

test("explicit default options share the connection of omitted options", async () => {
  const { url, requests } = route();
  const [first, second] = [open(url), open(url, { method: "GET", withCredentials: false })];
  await isOpen(first);
  await isOpen(second);
  assert.equal(requests.length, 1);
});

test("a source that joins within one large chunk gets each later event once", async () => {
  // The leader keeps the last thousand events of one chunk.
  const { url, send } = route((id) => (id ? eventsOf(numbers(Number(id) + 1, 3000)) : undefined));
  const first = open(url);
  await isOpen(first);
  send(eventsOf(numbers(1, 3000)));
  await until("events", () => first.notes.length === 3000);
  const second = open(url, { lastEventId: "1990", replay: 1 });
  await until("events", () => second.notes.length >= 1010);
  assert.deepEqual(second.notes, numbers(1991, 3000));
});

test("while the next leader connects, no source is open", async () => {
  const one = route();
  const all = [0, 1, 2].map((replay) => open(one.url, { replay }));
  for (const source of all) await isOpen(source);
  const others = all.filter(({ shared }) => shared !== "leading");
  const notes = [];
  for (const [index, source] of others.entries()) {
    source.addEventListener("statuschange", () => notes.push(`${index} ${source.status.state}`));
  }
  for (const source of all) if (!others.includes(source)) source.close();
  await until("another", () => notes.filter((note) => note.endsWith("open")).length === 2);
  assert.deepEqual(notes.sort(), ["0 connecting", "0 open", "1 connecting", "1 open"]);
});

test("the next leader resumes from an ID that begins with a byte order mark and is not ASCII", async () => {
  const ids = ["ü", "🎉", "日本", "\ufeffé"];
  const { url, requests, send } = route();
  const [first, second] = [open(url), open(url, { replay: 1 })];
  await isOpen(first);
  await isOpen(second);
  send(ids.map((id) => `id: ${id}\ndata: ${id}\n\n`).join(""));
  await until("all", () => [first, second].every(({ notes }) => notes.length === ids.length));
  assert.deepEqual([first.notes, second.notes], [ids, ids]);
  (first.shared === "leading" ? first : second).close();
  await until("another request", () => requests.length === 2);
  assert.equal(Buffer.from(requests[1].id, "latin1").toString(), "\ufeffé");
});

test("a change of the wall clock does not lengthen a wait", async () => {
  let refuses = false;
  const one = route(undefined, () => refuses);
  const retry = { initialDelay: 60_000 };
  const all = [open(one.url, { retry }), open(one.url, { retry, replay: 1 })];
  for (const source of all) await isOpen(source);
  refuses = true;
  one.end();
  await until("a wait", () => all.every(({ status }) => status.state === "waiting"));
  const { now } = Date;
  try {
    Date.now = () => now() - 3_600_000;
    const [leader, other] = all[0].shared === "leading" ? all : all.reverse();
    assert.ok(other.status.delay <= 60_000, `${other.status.delay}`);
    leader.close();
    await until("another leader", () => other.shared === "leading");
    assert.ok(other.status.delay <= 60_000, `${other.status.delay}`);
  } finally {
    Date.now = now;
  }
});

test("without permission for locks, members elect a leader", async () => {
  const { url, send, requests } = route();
  const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const locks = { request: async () => Promise.reject(new DOMException("denied in this context", "SecurityError")) };
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  try {
    const all = [0, 1, 2].map((replay) => open(url, { replay }));
    for (const source of all) await isOpen(source);
    const leader = all.find(({ shared }) => shared === "leading");
    leader.close();
    const others = all.filter((source) => source !== leader);
    await until("another", () => others.some(({ shared }) => shared === "leading") && requests.length === 2);
    for (const source of others) await isOpen(source);
    send(eventsOf(["1"]));
    await until("an event", () => others.every(({ notes }) => notes.length === 1));
  } finally {
    delete globalThis.navigator;
    if (navigator) Object.defineProperty(globalThis, "navigator", navigator);
  }
});

test("a headers function that rejects with any value ends all sources", async () => {
  const { url } = route();
  const headers = () => Promise.reject(Object.create(null));
  const all = [0, 1].map((replay) => open(url, { key: url, headers, replay }));
  for (const source of all) assert.equal((await within(10_000, "the end", source.closed)).code, "request");
});

test("with retry, a headers function that fails for a moment ends no source: each member tries, then tries again", async () => {
  const { url, requests, end } = route();
  let callers = [];
  let failures = 0;
  const headers = (caller) => async () => {
    callers.push(caller);
    failures -= 1;
    if (failures >= 0) throw new TypeError("fetch failed");
    return {};
  };
  const all = [0, 1].map((replay) =>
    open(url, { key: url, headers: headers(replay), replay, retry: { initialDelay: 10 } }),
  );
  for (const source of all) await isOpen(source);
  [callers, failures] = [[], 3];
  end();
  await until("a request", () => requests.length === 2);
  for (const source of all) await isOpen(source);
  assert.deepEqual([new Set(callers.slice(0, 2)).size, callers.length], [2, 4]);
});

test("a source that has caught up has the state of the leader", async () => {
  const { url, requests, streams } = route(undefined, undefined, (id) => id);
  const first = open(url);
  await isOpen(first);
  const second = open(url, { lastEventId: "10" });
  await until("a request of its own", () => requests.length === 2);
  let number = 10;
  const timer = setInterval(() => {
    for (const stream of streams) stream.write(eventsOf([`${number}`]));
    number += 1;
  }, 50);
  try {
    await until("events", () => second.notes.length > 3);
    assert.deepEqual([second.shared, second.readyState, second.notes[0]], ["following", 1, "11"]);
  } finally {
    clearInterval(timer);
  }
});

test("persistId stores no password and no header", async () => {
  const { url, send } = route();
  const items = new Map();
  globalThis.sessionStorage = {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => items.set(name, value),
  };
  try {
    const init = { persistId: "session", headers: { authorization: "Bearer secret" } };
    const all = [open(url.replace("//", "//user:secret@"), init)];
    all.push(new FetchEventSource(url.replace("//", "//user:secret@"), { persistId: "session" }));
    sources.add(all[1]);
    for (const source of all) await isOpen(source);
    send(eventsOf(["7"]));
    await until("an ID", () => all.every(({ lastEventId }) => lastEventId === "7"));
    assert.deepEqual([...items], [[`eventsource-wasm GET ${url}`, "7"]]);
    all[0].close();
    const again = open(url, init);
    assert.equal(again.lastEventId, "7");
  } finally {
    delete globalThis.sessionStorage;
  }
});

test("an ID without data counts in all sources, for the next leader, and for persistId", async () => {
  const { url, requests, send } = route();
  const items = new Map();
  globalThis.sessionStorage = { getItem: () => null, setItem: (name, value) => items.set(name, value) };
  try {
    const all = [0, 1].map((replay) => open(url, { replay, persistId: "session" }));
    for (const source of all) await isOpen(source);
    send("id: 7\n\nid: 7\n\n");
    await until("the ID", () => all.every(({ lastEventId }) => lastEventId === "7"));
    assert.deepEqual([...items.values()], ["7"]);
    send("data: a\n\nid\n\nid: 8\n\n");
    await until("the next ID", () => all.every(({ lastEventId }) => lastEventId === "8"));
    const third = open(url, { replay: 10 });
    await until("its event", () => third.notes.length > 0);
    assert.equal(third.lastEventId, "8");
    for (const source of all.concat(third)) assert.deepEqual(source.notes, ["a"]);
    all.find(({ shared }) => shared === "leading").close();
    await until("another request", () => requests.length === 2);
    assert.equal(requests[1].id, "8");
  } finally {
    delete globalThis.sessionStorage;
  }
});

test("reopened of an open event is per source", async () => {
  const { url, end } = route(() => "retry: 10\n\n");
  const notes = [];
  const note = (source, name) => {
    source.addEventListener("open", ({ reopened }) => notes.push(`${name} ${reopened}`));
    return source;
  };
  await isOpen(note(open(url), "first"));
  end();
  await until("another connection", () => notes.length === 2);
  await isOpen(note(open(url), "second"));
  await isOpen(note(open(url, { replay: 1 }), "third"));
  end();
  await until("another connection", () => notes.length === 7);
  assert.deepEqual(notes.slice(0, 4), ["first false", "first true", "second false", "third false"]);
  assert.deepEqual(notes.slice(4).sort(), ["first true", "second true", "third true"]);
});

test("one key for two paths makes two connections, and for two queries of one path makes one", async () => {
  const [one, other] = [route(() => eventsOf(["1"])), route(() => eventsOf(["2"]))];
  const { warn } = console;
  const warnings = [];
  console.warn = (text) => warnings.push(text);
  try {
    const first = open(`${one.url}?token=1`, { key: one.url });
    await until("an event", () => first.notes.length === 1);
    const second = open(`${one.url}?token=2`, { key: one.url, replay: 1 });
    const third = open(other.url, { key: one.url });
    await until("events", () => second.notes.length === 1 && third.notes.length === 1);
    assert.deepEqual([first.notes, second.notes, third.notes], [["1"], ["1"], ["2"]]);
    await until("a warning", () => warnings.length > 0);
    assert.ok(warnings[0].includes(`url: "${one.url}" here, "${other.url}" there`), warnings[0]);
    assert.deepEqual([one.requests.length, other.requests.length], [1, 1]);
  } finally {
    console.warn = warn;
  }
});

test("a source that resumes after the last event gets no event again, even with replay", async () => {
  const { url, send } = route((id) => eventsOf(numbers(Number(id) + 1, 8)));
  const init = { replay: 3 };
  const first = open(url, { ...init, lastEventId: "5" });
  await until("events", () => first.notes.length === 3);
  const second = open(url, { ...init, lastEventId: "8" });
  await isOpen(second);
  send(eventsOf(["9"]));
  await until("the next", () => second.notes.includes("9"));
  assert.deepEqual(second.notes, ["9"]);
});

test("with an infinite replay, a later source gets the last 1000 events", async () => {
  const { url, send } = route();
  const init = { replay: Number.POSITIVE_INFINITY };
  const first = open(url, init);
  await isOpen(first);
  send(eventsOf(numbers(1, 3000)));
  await until("events", () => first.notes.length === 3000);
  const second = open(url, init);
  await until("events", () => second.notes.length > 0);
  assert.deepEqual(second.notes, numbers(2001, 3000));
});
