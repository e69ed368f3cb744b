import assert from "node:assert/strict";
import { test } from "node:test";
import { createParser, EventSourceParserStream } from "eventsource-wasm";

function recorder(config = {}) {
  const seen = [];
  return [seen, createParser({ ...config, onEvent: ({ data }) => seen.push(data) })];
}

test("a message has its own id only if its block had one, and the last one always", () => {
  const seen = [];
  const parser = createParser({ onEvent: (event) => seen.push(event) });
  parser.feed("id: 1\nevent: a\ndata: x\n\ndata: y\n\nid:\ndata: z\n\n");
  assert.deepEqual(seen, [
    { event: "a", id: "1", data: "x", lastEventId: "1" },
    { event: undefined, id: undefined, data: "y", lastEventId: "1" },
    { event: undefined, id: "", data: "z", lastEventId: "" },
  ]);
});

test("a surrogate pair may be cut over two chunks of text", () => {
  const [seen, parser] = recorder();
  parser.feed("data: \ud83d");
  parser.feed("");
  parser.feed("\udE00\n\ndata: \ud83d");
  parser.feed("x\n\ndata: \ud83d");
  parser.feed(new TextEncoder().encode("y\n\n"));
  assert.deepEqual(seen, ["😀", "\ufffdx", "\ufffdy"]);
});

test("reset() discards what is unfinished; with consume its last line counts, but ends no event", () => {
  const [seen, parser] = recorder();
  parser.feed("data: a");
  parser.reset();
  parser.feed("data: b\n\n");
  parser.feed("data: c\n");
  parser.reset({ consume: true });
  const retries = [];
  const other = createParser({ onRetry: (time) => retries.push(time) });
  other.feed("retry: 7");
  other.reset({ consume: true });
  assert.deepEqual([seen, retries], [["b"], [7]]);
});

test("what a callback feeds comes after the chunk that it was called for", () => {
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

test("a callback may reset its own parser, and may throw", () => {
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

test("the stream takes bytes and text, and tells of comments and reconnection times", async () => {
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
