import assert from "node:assert/strict";
import { test } from "node:test";
import { createParser } from "eventsource-wasm/parser";
import { EventSourceParserStream } from "eventsource-wasm/parser/stream";

function recorder(config = {}) {
  const seen = [];
  return [seen, createParser({ ...config, onEvent: ({ data }) => seen.push(data) })];
}

test("a surrogate pair may be cut over two chunks of text", () => {
  const [seen, parser] = recorder();
  parser.feed("data: \ud83d");
  parser.feed("");
  parser.feed("\udE00\n\ndata: \ud83d");
  parser.feed("x\n\ndata: \ud83d");
  parser.feed(new TextEncoder().encode("y\n\n"));
  assert.deepEqual(seen, ["😀", "\ufffdx", "\ufffdy"]);
});

test("chunks that a callback feeds are parsed after the present chunk", () => {
  const seen = [];
  const parser = createParser({
    onEvent: ({ data }) => {
      seen.push(data);
      if (data === "1") parser.feed("data: 3\n\n");
    },
  });
  parser.feed("data: 1\n\ndata: 2\n\n");
  assert.deepEqual(seen, ["1", "2", "3"]);
});

test("a callback may reset its parser, and may throw", () => {
  const seen = [];
  const parser = createParser({
    onEvent: ({ data }) => {
      seen.push(data);
      if (data === "1") parser.reset();
      if (data === "2") throw new Error("from the callback");
    },
  });
  parser.feed("data: 1\n\ndata: half");
  parser.feed("data: 0\n\n");
  assert.throws(() => parser.feed("data: 2\n\n"), { message: "from the callback" });
  parser.feed("data: 4\n\n");
  assert.deepEqual(seen, ["1", "0", "2", "4"]);
});

test("the stream takes bytes, and reports comments and reconnection times", async () => {
  const comments = [];
  const retries = [];
  const stream = new EventSourceParserStream({
    onComment: (text) => comments.push(text),
    onRetry: (time) => retries.push(time),
  });
  const body = new Blob([": hi\nretry: 12\nevent: a\ndata: 1\n\ndata: 2\n\ndata: unfinished\n"]).stream();
  const seen = [];
  for await (const { event, data } of body.pipeThrough(stream)) seen.push([event, data]);
  assert.deepEqual(
    [seen, comments, retries],
    [
      [
        ["a", "1"],
        [undefined, "2"],
      ],
      ["hi"],
      [12],
    ],
  );
});

test("events before an event that is too large are unchanged, for any end of the chunk", () => {
  const event = "data: hello world, hello";
  for (const rest of ["z".repeat(50), `${"z".repeat(50)}\n`, `${"z".repeat(50)}\n\n`, `z\ndata: ${"z".repeat(50)}\n`]) {
    for (const encode of [(text) => text, (text) => new TextEncoder().encode(text)]) {
      const [seen, parser] = recorder({ maxBufferSize: 40, onError: ({ type }) => seen.push(type) });
      parser.feed(encode(`${event}\n\n${event}\n\ndata: ${rest}`));
      assert.deepEqual(seen, ["hello world, hello", "hello world, hello", "max-buffer-size-exceeded"]);
    }
  }
});

/** Feeds an event, at which the parser's callback acts, and an event over the limit, in one chunk. */
function overflow(act) {
  const seen = [];
  const parser = createParser({
    maxBufferSize: 20,
    onError: ({ type }) => seen.push(type),
    onEvent: ({ data }) => {
      seen.push(data);
      if (data === "1") act(parser);
    },
  });
  return { seen, parser, feed: () => parser.feed(`data: 1\n\ndata: ${"z".repeat(50)}`) };
}

for (const [name, act, thrown] of [
  ["throws", () => assert.fail("mine"), /mine/],
  ["feeds", (parser) => parser.feed("data: 2\n\n"), /too large/],
]) {
  test(`an event that is too large is reported before feed throws, also if a callback of its chunk ${name}`, () => {
    const { seen, parser, feed } = overflow(act);
    assert.throws(feed, thrown);
    assert.deepEqual(seen, ["1", "max-buffer-size-exceeded"]);
    assert.throws(() => parser.feed("data: 3\n\n"), /too large/);
    parser.reset({ consume: true });
    parser.feed("data: 4\n\n");
    assert.deepEqual(seen, ["1", "max-buffer-size-exceeded", "4"]);
  });
}

test("a reset in the chunk of an event that is too large begins a new stream, for either kind of reset", () => {
  for (const consume of [false, true]) {
    const { seen, feed } = overflow((parser) => {
      parser.reset({ consume });
      parser.feed("data: 2\n\n");
    });
    feed();
    assert.deepEqual(seen, ["1", "max-buffer-size-exceeded", "2"]);
  }
});

test("a callback that throws while reset completes the last line does not stop the reset", () => {
  const seen = [];
  const parser = createParser({
    onComment: (text) => assert.fail(text),
    onEvent: ({ data }) => seen.push(data),
  });
  parser.feed("data: 1\n: mine");
  assert.throws(() => parser.reset({ consume: true }), { message: "mine" });
  parser.feed("\ndata: 2\n\n");
  assert.deepEqual(seen, ["2"]);
});

test("a half of a surrogate pair is not kept over a reset in its chunk", () => {
  const seen = [];
  const parser = createParser({
    onEvent: ({ data }) => {
      seen.push(data);
      parser.reset();
    },
  });
  parser.feed("data: 1\n\n\ud83d");
  parser.feed("data: 2\n\n");
  assert.deepEqual(seen, ["1", "2"]);
});

test("names and IDs after an event whose callback threw are kept", () => {
  const seen = [];
  const parser = createParser({
    onEvent({ event, id, data }) {
      if (data === "throw") throw new Error("from the callback");
      seen.push([event, id, data]);
    },
  });
  assert.throws(() => parser.feed("data: throw\n\nevent: a\ndata: lost\n\n"), { message: "from the callback" });
  parser.feed("event: a\nid: 1\ndata: 1\n\nevent: a\ndata: 2\n\n");
  assert.deepEqual(seen, [
    ["a", "1", "1"],
    ["a", undefined, "2"],
  ]);
});

test("any bytes are decoded as by TextDecoder", () => {
  // Valid and truncated pieces of all kinds. The seed is fixed, so that a failure can be repeated.
  const pieces = [
    [0x41],
    [0x20, 0x61, 0x7a, 0x7f],
    Array(17).fill(0x62),
    [0xc3, 0xa9],
    [0xe6, 0x97, 0xa5],
    [0xed, 0x95, 0x98],
    [0xf0, 0x9f, 0xa6, 0x80],
    [0xe2, 0x82],
    [0xf0, 0x9f, 0xa6],
    [0xed, 0xa0, 0x80],
    [0xc0, 0xaf],
    [0xe0, 0x80, 0xaf],
    [0xf4, 0x90, 0x80, 0x80],
    [0x80],
    [0xff],
    [0xef, 0xbb, 0xbf],
    [0xef, 0xbf, 0xbf],
  ];
  let seed = 20_261_121;
  const random = (below) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const found = [];
  const parser = createParser({ onEvent: ({ data }) => found.push(data) });
  for (let round = 0; round < 3000; round += 1) {
    const kinds = 1 + random(pieces.length);
    const bytes = Array.from({ length: random(30) }, () => pieces[random(kinds)]).flat();
    parser.feed(new Uint8Array([...new TextEncoder().encode("data: "), ...bytes, 10, 10]));
    assert.equal(found.pop(), decoder.decode(new Uint8Array(bytes)), `of ${bytes}`);
  }
});
