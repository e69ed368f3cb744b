/** Events that arrive faster than listeners handle them: the event loop still turns. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { opened } from "./server.mjs";

const EVENTS = 60;
/** The time, in ms, that each event takes. All events together take many times as long as one run of deliveries may last. */
const WORK = 2;

/** All events in one chunk of one response. */
const flood = async () =>
  new Response(
    [...Array.from({ length: EVENTS }, (_, index) => `id: ${index}\ndata: ${index}\n\n`), "data: end\n\n"].join(""),
    { headers: { "content-type": "text/event-stream" } },
  );

function work() {
  const until = performance.now() + WORK;
  while (performance.now() < until);
}

/** Starts a count of the turns of the event loop. */
function turns() {
  let count = 0;
  let next = setImmediate(function turn() {
    count += 1;
    next = setImmediate(turn);
  });
  return { count: () => count, stop: () => clearImmediate(next) };
}

for (const [name, listen] of Object.entries({
  "on()": (source, callback) => source.on("message", (data) => callback(data, source.lastEventId)),
  "addEventListener()": (source, callback) =>
    source.addEventListener("message", ({ data, lastEventId }) => callback(data, lastEventId)),
})) {
  test(`${name}: a flood of events lets the event loop turn, and loses nothing`, async () => {
    const source = opened(new FetchEventSource("http://flood.test/", { fetch: flood }));
    const seen = [];
    const loop = turns();
    let first;
    await new Promise((resolve) => {
      listen(source, (data, id) => {
        first ??= loop.count();
        if (data === "end") return resolve();
        seen.push(`${id}:${data}`);
        work();
      });
    });
    loop.stop();
    assert.deepEqual(
      seen,
      Array.from({ length: EVENTS }, (_, index) => `${index}:${index}`),
    );
    assert(loop.count() - first >= 5, `${loop.count() - first} turns`);
  });
}

test("onComment: a flood of comments lets the event loop turn, and loses nothing", async () => {
  const lines = Array.from({ length: EVENTS }, (_, index) => `: ${index}\n`);
  const fetch = async () =>
    new Response(`${lines.join("")}data: end\n\n`, { headers: { "content-type": "text/event-stream" } });
  const seen = [];
  const loop = turns();
  let first;
  const onComment = (text) => {
    first ??= loop.count();
    seen.push(text);
    work();
  };
  const source = opened(new FetchEventSource("http://flood.test/", { fetch, onComment }));
  await new Promise((resolve) => source.on("message", resolve));
  loop.stop();
  assert.deepEqual(
    seen,
    Array.from({ length: EVENTS }, (_, index) => `${index}`),
  );
  assert(loop.count() - first >= 5, `${loop.count() - first} turns`);
});

test("a source that is closed during a flood delivers nothing more", async () => {
  const source = opened(new FetchEventSource("http://flood.test/", { fetch: flood }));
  let count = 0;
  let countAtClose;
  const closing = new Promise((resolve) => {
    source.on("message", () => {
      count += 1;
      // This timer runs at the first turn of the event loop.
      if (count === 1) {
        setImmediate(() => {
          countAtClose = count;
          source.close();
          resolve();
        });
      }
      work();
    });
  });
  await closing;
  assert(countAtClose < EVENTS, "the source was not closed before all events were delivered");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(count, countAtClose);
  assert.deepEqual(await source.closed, { code: "closed" });
});

test("a loop over events() lets the event loop turn", async () => {
  const loop = turns();
  const seen = [];
  let first;
  for await (const { data } of events("http://flood.test/", { fetch: flood })) {
    first ??= loop.count();
    seen.push(data);
    work();
  }
  loop.stop();
  assert.equal(seen.length, EVENTS + 1);
  assert(loop.count() - first >= 5, `${loop.count() - first} turns`);
});

test("concurrent calls of next() settle in order, also when the event loop turns between them", async () => {
  const stream = events("http://flood.test/", { fetch: flood });
  const results = await Promise.all(
    Array.from({ length: EVENTS + 3 }, () =>
      stream.next().then((result) => {
        work();
        return result;
      }),
    ),
  );
  const values = results.filter(({ done }) => !done).map(({ value }) => value.data);
  assert.deepEqual(values, [...Array.from({ length: EVENTS }, (_, index) => String(index)), "end"]);
  assert.deepEqual(
    results.slice(-2).map(({ done }) => done),
    [true, true],
  );
});
