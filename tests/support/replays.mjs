/**
 * Replays of a vector through the public entries of the npm package, in Node and in browsers. A replay throws on the first
 * difference.
 */
import { createParser, EventSourceParserStream } from "./package.mjs";
import { cuts, cuttings, difference } from "./vectors.mjs";

/** @type {Record<string, (vector: import("./vectors.mjs").Vector) => Promise<void>>} */
export const REPLAYS = {
  async createParser(vector) {
    for (const [how, chunks] of cuttings(vector)) {
      const session = new Session();
      for (const chunk of chunks) session.parser.feed(chunk);
      assertSame(vector, session.outcome(), how);
    }
    // One parser for all cuts: a new parser for each of so many cuts would be slow.
    const session = new Session();
    for (const [how, chunks] of cuts(vector)) {
      session.begin();
      for (const chunk of chunks) session.parser.feed(chunk);
      assertSame(vector, session.outcome(), how);
    }
  },

  async EventSourceParserStream(vector) {
    for (const [how, chunks] of cuttings(vector)) {
      // A stream is slow in Node: thousands of chunks would take minutes.
      if (how.startsWith("byte by byte") && vector.bytes.length > 500) continue;
      assertSame(vector, await pipe(vector, chunks), how);
    }
  },
};

/** A parser, and the items that its callbacks got. */
class Session {
  events = [];
  comments = [];
  /** @type {number | null} */
  retry = null;
  lastEventId = "";

  parser = createParser({
    onId: (id) => {
      this.lastEventId = id;
    },
    onEvent: (message) => this.events.push(fromMessage(message, this.lastEventId)),
    onComment: (text) => this.comments.push(text),
    onRetry: (time) => {
      this.retry = time;
    },
  });

  /** Resets the parser and the items. */
  begin() {
    this.parser.reset();
    this.lastEventId = "";
    this.events = [];
    this.comments = [];
    this.retry = null;
  }

  outcome() {
    const { events, comments, retry, lastEventId } = this;
    return { events, comments, retry, lastEventId };
  }
}

async function pipe(vector, chunks) {
  const outcome = { events: [], comments: [], retry: /** @type {number | null} */ (null), lastEventId: "" };
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const messages = stream.pipeThrough(
    new EventSourceParserStream({
      onId: (id) => {
        outcome.lastEventId = id;
      },
      onComment: (text) => outcome.comments.push(text),
      onRetry: (time) => {
        outcome.retry = time;
      },
    }),
  );
  // WebKit's streams do not support `for await`.
  const reader = messages.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    // The stream reads ahead, so at an event without its own ID `lastEventId` may already be a later one.
    const lastEventId = next.value.id ?? vector.events[outcome.events.length]?.id;
    outcome.events.push(fromMessage(next.value, lastEventId));
  }
  return outcome;
}

/** The event of a message in the form of the vectors, which have the default type and the inherited ID, too. */
function fromMessage({ event, data, id }, lastEventId) {
  if (event === "") throw new Error("a message without an event name has no `event`, not an empty one");
  if (id !== undefined && id !== lastEventId) throw new Error("onId must have reported the ID of this message before");
  return { event: event ?? "message", data, id: lastEventId };
}

function assertSame(vector, outcome, how) {
  const fault = difference(vector, outcome);
  if (fault !== undefined) throw new Error(`${vector.file}: ${vector.name}\n${vector.why}\n${how}: ${fault}`);
}
