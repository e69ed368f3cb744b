/**
 * The language-neutral parser vectors, through the npm package as its users import it: `createParser` and
 * `EventSourceParserStream`.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createParser, EventSourceParserStream } from "eventsource-wasm";
import { cuts, cuttings, difference, loadVectors } from "../support/vectors.mjs";

const files = loadVectors();

describe("createParser", () => {
  for (const [file, vectors] of files) {
    describe(file, () => {
      for (const vector of vectors) {
        test(vector.name, () => {
          for (const [how, chunks] of cuttings(vector)) {
            const session = new Session();
            for (const chunk of chunks) session.parser.feed(chunk);
            assertSame(vector, session.outcome(), how);
          }
          // One parser for all of these: there are too many for a new one each.
          const session = new Session();
          for (const [how, chunks] of cuts(vector)) {
            session.begin();
            for (const chunk of chunks) session.parser.feed(chunk);
            assertSame(vector, session.outcome(), how);
          }
        });
      }
    });
  }
});

describe("EventSourceParserStream", () => {
  for (const [file, vectors] of files) {
    describe(file, () => {
      for (const vector of vectors) {
        test(vector.name, async () => {
          for (const [how, chunks] of cuttings(vector)) {
            // A stream is slow in Node: thousands of chunks would take minutes.
            if (how.startsWith("byte by byte") && vector.bytes.length > 500) continue;
            assertSame(vector, await pipe(chunks), how);
          }
        });
      }
    });
  }
});

/** A parser and what it has called back with. */
class Session {
  events = [];
  comments = [];
  /** @type {number | null} */
  retry = null;

  parser = createParser({
    onEvent: (message) => this.events.push(fromMessage(message)),
    onComment: (text) => this.comments.push(text),
    onRetry: (time) => {
      this.retry = time;
    },
    onError: (error) => assert.fail(`onError: ${error}`),
  });

  /** Makes the parser as good as new: `reset` keeps the last event ID, which an empty `id` clears. */
  begin() {
    this.parser.reset();
    this.parser.feed("id\n\n");
    this.parser.reset();
    this.events = [];
    this.comments = [];
    this.retry = null;
  }

  outcome() {
    const { events, comments, retry, parser } = this;
    return { events, comments, retry, lastEventId: parser.lastEventId };
  }
}

async function pipe(chunks) {
  const outcome = { events: [], comments: [], retry: /** @type {number | null} */ (null) };
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const messages = stream.pipeThrough(
    new EventSourceParserStream({
      onComment: (text) => outcome.comments.push(text),
      onRetry: (time) => {
        outcome.retry = time;
      },
    }),
  );
  for await (const message of messages) outcome.events.push(fromMessage(message));
  return outcome;
}

/** A message names neither the default type nor an ID that is not its own; the vectors have both in full. */
function fromMessage({ event, data, id, lastEventId }) {
  assert.notEqual(event, "", "an empty name is none");
  if (id !== undefined) assert.equal(id, lastEventId, "an ID of its own is the last one");
  return { event: event ?? "message", data, id: lastEventId };
}

function assertSame(vector, outcome, how) {
  const fault = difference(vector, outcome);
  if (fault !== undefined) assert.fail(`${vector.file}: ${vector.name}\n${vector.why}\n${how}: ${fault}`);
}
