/** The test kit, used on a small client with a login, a backoff and a stop button. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { TestClock, TestEventServer } from "eventsource-wasm/testing";
import { next, opened } from "./server.mjs";

const URL_OF_FEED = "https://api.test/events";

/** The client under test, which uses the package. */
function feed({ server, clock, ...init }) {
  let token = "stale";
  const source = opened(
    new FetchEventSource(URL_OF_FEED, {
      fetch: server.fetch,
      clock,
      headers: ({ status }) => {
        if (status === 401) token = "fresh";
        return { authorization: `Bearer ${token}` };
      },
      retry: { initialDelay: 1000, factor: 2, maxDelay: 4000 },
      ...init,
    }),
  );
  const seen = [];
  const delays = [];
  source.on("message", (data) => seen.push(data));
  source.onerror = ({ error }) => delays.push(error.delay);
  return { source, seen, delays };
}

test("a connection of the test server has the request of the client", async () => {
  const server = new TestEventServer();
  opened(new FetchEventSource(URL_OF_FEED, { fetch: server.fetch, body: "{}", lastEventId: "é☃" }));
  const connection = await server.accept();
  assert.equal(connection.url, URL_OF_FEED);
  assert.equal(connection.method, "POST");
  assert.equal(connection.headers.get("accept"), "text/event-stream");
  assert.equal(connection.lastEventId, "é☃");
  assert.equal(await connection.request.text(), "{}");
  assert.equal(connection.signal.aborted, false);
  assert.equal(connection.isClosed, false);
});

test("a client reconnects with its last event ID after the delay, and not before", async () => {
  const server = new TestEventServer();
  const clock = new TestClock();
  const { seen } = feed({ server, clock });

  const first = await server.accept();
  assert.equal(first.lastEventId, "");
  first.send({ id: "7", data: "one" }).end();
  await clock.advance(999);
  assert.deepEqual(seen, ["one"]);
  assert.equal(clock.nextTimeout, 1);
  assert.equal(server.connections.length, 1);

  await clock.advance(1);
  assert.equal(server.connections.length, 2);
  const second = await server.accept();
  assert.equal(second.lastEventId, "7");
  second.send({ data: "two" });
  await clock.advance(0);
  assert.deepEqual(seen, ["one", "two"]);
});

test("a client that is refused with 401 renews its token", async () => {
  const server = new TestEventServer();
  const clock = new TestClock();
  const { seen } = feed({ server, clock });

  const stale = await server.accept();
  assert.equal(stale.headers.get("authorization"), "Bearer stale");
  stale.refuse(401, { headers: { "www-authenticate": "Bearer" } });
  const fresh = await server.accept();
  assert.equal(fresh.headers.get("authorization"), "Bearer fresh");
  fresh.send({ data: "in" });
  await clock.advance(0);
  assert.deepEqual(seen, ["in"]);
  assert.equal(clock.now(), 0);
});

test("a script of failures tests the backoff of a client without waiting", async () => {
  const server = new TestEventServer([
    (connection) => connection.fail(),
    (connection) => connection.refuse(503),
    (connection) => connection.refuse(429, { headers: { "retry-after": "60" } }),
    (connection) => connection.open().fail(),
  ]);
  const clock = new TestClock();
  const { seen, delays } = feed({ server, clock });

  await clock.advance(120_000);
  assert.deepEqual(delays, [1000, 2000, 60_000, 4000]);
  (await server.accept()).send({ data: "at last" });
  await clock.advance(0);
  assert.deepEqual(seen, ["at last"]);
  assert.equal(clock.now(), 120_000);
});

test("timeouts run on the test clock, and a comment restarts idleTimeout", async () => {
  const server = new TestEventServer();
  const clock = new TestClock();
  const { source } = feed({ server, clock, connectTimeout: 5000, idleTimeout: 30_000 });
  const codes = [];
  source.onerror = ({ error }) => codes.push([clock.now(), error.code]);

  await clock.advance(6000);
  const slow = await server.accept();
  assert.equal(await slow.closed, "client");
  const silent = await server.accept();
  silent.open();
  await clock.advance(29_000);
  silent.comment("still here");
  await clock.advance(29_999);
  assert.deepEqual(codes, [[5000, "connect-timeout"]]);
  await clock.advance(1);
  assert.deepEqual(codes[1], [65_000, "idle-timeout"]);
  assert.equal(await silent.closed, "client");
});

test("the server sees close(), an abort and break, and nothing is delivered after them", async () => {
  const server = new TestEventServer();
  const clock = new TestClock();
  const controller = new AbortController();

  const closed = feed({ server, clock });
  const aborted = feed({ server, clock, signal: controller.signal });
  const first = (await server.accept()).open();
  const second = await server.accept();
  await clock.advance(0);
  closed.source.close();
  controller.abort("enough");
  assert.equal(await first.closed, "client");
  assert.equal(await second.closed, "client");
  assert(first.isClosed && first.signal.aborted && second.signal.aborted);
  first.send({ data: "late" });
  second.send({ data: "late" }).end();
  await clock.advance(100_000);
  assert.deepEqual([...closed.seen, ...aborted.seen], []);
  assert.deepEqual(await aborted.source.closed, { code: "aborted", cause: "enough" });
  assert.equal(clock.nextTimeout, undefined);
  assert.equal(server.connections.length, 2);

  const answer = events(URL_OF_FEED, { fetch: server.fetch });
  const reading = (async () => {
    for await (const { data } of answer) return data;
  })();
  const third = (await server.accept()).send({ data: "first" }).send({ data: "second" });
  assert.equal(await reading, "first");
  assert.equal(await third.closed, "client");
});

test("its fetch works as the platform's: bodies, reads into a buffer, aborts", async () => {
  const server = new TestEventServer([
    (connection) =>
      connection
        .open({ headers: { "x-id": "7" } })
        .write("data: é")
        .end(),
    (connection) => connection.send({ data: "unread" }),
  ]);
  const whole = await server.fetch(new URL(URL_OF_FEED));
  assert(whole instanceof Response);
  assert.equal(whole.headers.get("x-id"), "7");
  assert.equal(whole.headers.get("content-type"), "text/event-stream");
  const reader = whole.body.getReader({ mode: "byob" });
  const { value } = await reader.read(new Uint8Array(5));
  assert.equal(Buffer.from(value).toString(), "data:");
  assert.equal((await reader.read(new Uint8Array(9))).value.length, 3);
  assert.equal((await reader.read(new Uint8Array(9))).done, true);

  const controller = new AbortController();
  const init = { signal: controller.signal };
  const cut = await server.fetch(new Request(URL_OF_FEED, init), init);
  const pending = server.fetch(URL_OF_FEED, init);
  controller.abort();
  await assert.rejects(cut.text(), { name: "AbortError" });
  await assert.rejects(pending, { name: "AbortError" });
  await assert.rejects(server.fetch(URL_OF_FEED, init), { name: "AbortError" });
  assert.equal(server.connections.length, 3, "a request with an aborted signal makes no connection");
  for (const connection of server.connections.slice(1)) assert.equal(await connection.closed, "client");
});

test("send() delivers an event with its type, data, ID and retry", async () => {
  const server = new TestEventServer();
  const clock = new TestClock();
  const source = opened(new FetchEventSource(URL_OF_FEED, { fetch: server.fetch, clock }));
  const seen = [];
  for (const type of ["message", "upd ate: 1"]) source.on(type, (...[, event]) => seen.push(event));
  const connection = await server.accept();
  connection
    .send({ data: "one\ntwo\r\nthree\rfour\n" })
    .send({ event: "upd ate: 1", id: " é☃", data: " leading space" })
    .send({ id: "8", retry: 70_000 })
    .send({ data: "" })
    .comment("data: not this\n\ndata: nor this\n\n")
    .write(new TextEncoder().encode("data: r"))
    .write("aw\n\n");
  await clock.advance(0);
  assert.deepEqual(seen, [
    { type: "message", data: "one\ntwo\nthree\nfour\n", lastEventId: "" },
    { type: "upd ate: 1", data: " leading space", lastEventId: " é☃" },
    { type: "message", data: "", lastEventId: "8" },
    { type: "message", data: "raw", lastEventId: "8" },
  ]);
  assert.equal(source.reconnectionTime, 70_000);
});

test("fields that no event stream can hold are TypeErrors, and calls after the end are errors", async () => {
  const server = new TestEventServer();
  server.fetch(URL_OF_FEED).catch(() => {});
  const connection = await server.accept();
  const wrong = [
    { event: "a\nb" },
    { event: "a\rb" },
    { id: "a\nb" },
    { id: "a\0b" },
    { id: 7 },
    { data: { percent: 7 } },
    { retry: -1 },
    { retry: 0.5 },
  ];
  for (const event of wrong) assert.throws(() => connection.send(event), TypeError, JSON.stringify(event));
  assert.throws(() => connection.comment(7), TypeError);
  connection.open();
  assert.throws(() => connection.open(), Error);
  assert.throws(() => connection.refuse(500), Error);
  connection.end();
  assert.equal(await connection.closed, "server");
  for (const method of ["open", "end", "fail", "comment"]) assert.throws(() => connection[method](), Error);
  assert.throws(() => connection.refuse(500), Error);
});

test("advance() runs due timers in order, and the timers that they set", async () => {
  const clock = new TestClock();
  const done = [];
  const note = (name) => () => done.push([clock.now(), name]);
  clock.setTimeout(note("later"), 20);
  clock.setTimeout(() => clock.setTimeout(note("set by a timer"), 5), 10);
  clock.setTimeout(note("first of two"), 15);
  clock.clearTimeout(clock.setTimeout(note("cleared"), 1));
  assert.equal(clock.nextTimeout, 10);
  await clock.advance(19);
  assert.deepEqual(done, [
    [15, "first of two"],
    [15, "set by a timer"],
  ]);
  await clock.advance(1);
  assert.deepEqual(done[2], [20, "later"]);
  for (const time of [-1, Number.NaN, undefined]) await assert.rejects(clock.advance(time), TypeError);
});

test("an option 'clock' that is no clock is a TypeError", () => {
  for (const clock of [7, {}, { now: 0, setTimeout, clearTimeout }]) {
    assert.throws(() => new FetchEventSource(URL_OF_FEED, { clock }), { name: "TypeError", message: /'clock'/ });
  }
});

test("the mock timers of node:test work too, though they do not mock performance.now", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new TestEventServer();
  const source = opened(new FetchEventSource(URL_OF_FEED, { fetch: server.fetch, connectTimeout: 60_000 }));
  const lost = next(source, "error");
  (await server.accept()).send({ id: "7", data: "one" }).end();
  assert.equal((await lost).error.delay, 3000);
  await new Promise(setImmediate);
  // The real time that passes meanwhile counts, too.
  t.mock.timers.tick(2000);
  await new Promise(setImmediate);
  assert.equal(server.connections.length, 1);
  t.mock.timers.tick(1000);
  const again = await server.accept();
  assert.equal(again.lastEventId, "7");

  const late = next(source, "error");
  await new Promise(setImmediate);
  t.mock.timers.tick(60_000);
  assert.equal((await late).error.code, "connect-timeout");
});
