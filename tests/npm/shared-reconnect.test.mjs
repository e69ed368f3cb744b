/** `reconnect()` of `SharedEventSource` in Node: the call of one member counts for all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.mjs";
import { AWHILE, eventsOf, isOpen, open, openPage, route } from "./shared-sources.mjs";

test("reconnect() with an ID before the source has joined sets the ID of the first request", async () => {
  const { url, requests } = route();
  const source = open(url);
  source.reconnect({ lastEventId: "7" });
  await isOpen(source);
  assert.deepEqual(
    requests.map(({ id }) => id),
    ["7"],
  );
});

for (const wait of [0, 5, 20, 100]) {
  test(`reconnect() with an ID ${wait} ms after the start, while nobody leads, is not lost`, async () => {
    const { url, requests } = route();
    const source = open(url, { lastEventId: "5" });
    await pause(wait);
    source.reconnect({ lastEventId: "100" });
    assert.equal(source.lastEventId, "100");
    await until("the ID", () => requests.at(-1)?.id === "100");
    await isOpen(source);
    assert.equal(requests.at(-1).id, "100");
  });
}

test("reconnect() with an ID while the lead changes hands reaches the next leader, once", async () => {
  const { url, requests, send } = route();
  const all = [0, 1, 2].map((replay) => open(url, { replay }));
  for (const source of all) await isOpen(source);
  send(eventsOf(["1"]));
  await until("an event", () => all.every(({ notes }) => notes.length === 1));
  const leader = all.find(({ shared }) => shared === "leading");
  const others = all.filter((source) => source !== leader);
  leader.close();
  others[0].reconnect({ lastEventId: "900" });
  await until("the ID", () => requests.at(-1).id === "900");
  const count = requests.length;
  for (const source of others) await until("all know", () => source.lastEventId === "900");
  await pause(AWHILE);
  assert.equal(requests.length, count);
});

test("after reconnect() with an ID, it is the last event ID of all sources", async () => {
  const { url, requests, send } = route();
  const all = [0, 1].map((replay) => open(url, { replay }));
  for (const source of all) await isOpen(source);
  for (const [index, caller] of all.entries()) {
    send(eventsOf(["7"]));
    await until("an event", () => all.every(({ lastEventId }) => lastEventId === "7"));
    caller.reconnect({ lastEventId: "" });
    assert.equal(caller.lastEventId, "");
    await until("all", () => all.every(({ lastEventId }) => lastEventId === ""));
    await until("a request", () => requests.length === index + 2);
    for (const source of all) await isOpen(source);
  }
  assert.deepEqual(
    requests.map(({ id }) => id),
    [undefined, undefined, undefined],
  );
});

test("a source that pauses in a hidden page has the status paused, and reconnects when the page is visible", async () => {
  const { show, remove } = openPage();
  try {
    const { url, requests } = route();
    const source = open(url, { whenHidden: "pause" });
    await isOpen(source);
    show(false);
    assert.deepEqual([source.status.state, source.readyState], ["paused", 0]);
    source.reconnect({ lastEventId: "9" });
    await pause(AWHILE);
    assert.equal(source.status.state, "paused");
    show(true);
    assert.equal(source.status.state, "connecting");
    await isOpen(source);
    assert.deepEqual(
      requests.map(({ id }) => id),
      [undefined, "9"],
    );
    source.close();
    show(false);
    const hidden = open(url, { whenHidden: "pause", key: "another" });
    await until("a pause", () => hidden.status.state === "paused");
    hidden.close();
  } finally {
    remove();
  }
});

/** Two open sources, of which one leads, that have both got the event 7. `ids` has the IDs of the requests. */
async function pair(init = {}) {
  const { url, requests, send } = route();
  const all = [0, 1].map((replay) => open(url, { key: url, replay, ...init }));
  for (const source of all) await isOpen(source);
  send(eventsOf(["7"]));
  await until("the event", () => all.every(({ lastEventId }) => lastEventId === "7"));
  const leader = all.find(({ shared }) => shared === "leading");
  const follower = all.find((source) => source !== leader);
  return { url, send, leader, follower, all, ids: () => requests.map(({ id }) => id) };
}

test("the ID of reconnect() outlives a leader that closes before the next event", async () => {
  const { leader, follower, ids } = await pair();
  follower.reconnect({ lastEventId: "100" });
  await until("a request", () => ids().length === 2 && leader.readyState === 1);
  leader.close();
  await until("another", () => ids().length === 3);
  assert.deepEqual(ids(), [undefined, "100", "100"]);
  assert.equal(follower.lastEventId, "100");
});

test("the ID of reconnect() outlives a leader whose headers function fails", async () => {
  let fails = false;
  const headers = async () => {
    if (!fails) return {};
    fails = false;
    throw new Error("not now");
  };
  const { follower, ids } = await pair({ headers, retry: { initialDelay: 20 } });
  fails = true;
  follower.reconnect({ lastEventId: "100" });
  await until("a request", () => ids().length === 2);
  assert.deepEqual(ids(), [undefined, "100"]);
});

test("after reconnect() in a listener of the leader, all sources get the rest of the chunk, and then have the ID", async () => {
  const { leader, all, ids, send } = await pair();
  leader.on("message", (data) => {
    if (data === "9") leader.reconnect({ lastEventId: "" });
  });
  send(eventsOf(["8", "9", "10"]));
  await until("a request", () => ids().length === 2);
  await until("all", () => all.every(({ lastEventId, notes }) => lastEventId === "" && notes.length === 4));
  assert.deepEqual(ids(), [undefined, undefined]);
});

for (const init of [undefined, { lastEventId: "" }]) {
  test(`reconnect(${init ? "{ lastEventId }" : ""}) in the listeners of all sources is one request, and each later call another`, async () => {
    const { url, requests, send } = route();
    const all = [];
    const add = async (replay) => {
      const source = Object.assign(open(url, { replay }), { opens: 0 });
      source.addEventListener("open", () => (source.opens += 1));
      await isOpen(source);
      all.push(source);
    };
    for (const replay of [0, 1, 2, 3, 4, 0, 1]) await add(replay);
    for (const source of all) source.once("revoked", () => source.reconnect(init));
    send("id: 5\nevent: revoked\ndata: x\n\n");
    await until("all", () => all.every(({ opens }) => opens === 2));
    await pause(AWHILE);
    assert.equal(requests.length, 2);
    await add(5);
    for (const source of all) source.opens = 2;
    for (const [index, source] of all.entries()) {
      source.reconnect(init);
      await until("all", () => all.every(({ opens }) => opens === index + 3));
    }
    assert.equal(requests.length, 2 + all.length);
  });
}

test("after its end, reconnect() changes nothing", async () => {
  const { follower, ids } = await pair();
  follower.close();
  follower.reconnect({ lastEventId: "100" });
  await pause(AWHILE);
  assert.deepEqual([follower.lastEventId, ids().length], ["7", 1]);
});

test("a call whose confirmation its caller has missed is not carried out again by a later leader", async () => {
  const { show, remove } = openPage();
  try {
    const { url, requests, send } = route();
    const leader = open(url, { replay: 1 });
    await isOpen(leader);
    const caller = open(url, { replay: 2, whenHidden: "pause" });
    await isOpen(caller);
    send(eventsOf(["60"]));
    await until("the event", () => caller.lastEventId === "60");
    caller.reconnect({ lastEventId: "50" });
    show(false);
    await until("a request", () => requests.length === 2 && leader.readyState === 1);
    show(true);
    await isOpen(caller);
    send(eventsOf(["51", "52"]));
    await until("the events", () => [leader, caller].every(({ lastEventId }) => lastEventId === "52"));
    leader.close();
    await until("another leader", () => requests.length === 3);
    assert.deepEqual(
      requests.map(({ id }) => id),
      [undefined, "50", "52"],
    );
  } finally {
    remove();
  }
});
