import assert from "node:assert/strict";
import { test } from "node:test";

import { bestMaker } from "../../../npm/source/message-event.js";

const native = globalThis.MessageEvent;

/** A message in a runtime whose `MessageEvent` is this class. */
function messageOf(MessageEvent: unknown): Event {
  Object.assign(globalThis, { MessageEvent });
  const event = bestMaker()("update", { a: 1 }, "7", "http://a.test") as MessageEvent;
  Object.assign(globalThis, { MessageEvent: native });
  assert.deepEqual(
    [event.type, event.data, event.lastEventId, event.origin],
    ["update", { a: 1 }, "7", "http://a.test"],
  );
  assert.ok(event instanceof Event);
  return event;
}

test("a message is an instance of the platform's MessageEvent", () => {
  const event = messageOf(native);
  assert.ok(event instanceof native);
  assert.equal(event.constructor, native);
});

test("a message has its fields if own fields of MessageEvent hide accessors", () => {
  class OwnFields extends Event {
    data: unknown;
    lastEventId: string;
    origin: string;

    constructor(type: string, init: MessageEventInit = {}) {
      super(type);
      this.data = init.data ?? null;
      this.lastEventId = init.lastEventId ?? "";
      this.origin = init.origin ?? "";
    }
  }
  messageOf(OwnFields);

  class Defines extends Event {
    constructor(type: string, init: MessageEventInit = {}) {
      super(type);
      const { data = null, lastEventId = "", origin = "" } = init;
      for (const [name, value] of Object.entries({ data, lastEventId, origin })) {
        Object.defineProperty(this, name, { value });
      }
    }
  }
  messageOf(Defines);
});

test("a message has its fields if MessageEvent is missing or unusable", () => {
  messageOf(undefined);
  messageOf(
    class {
      constructor() {
        throw new TypeError("Illegal constructor");
      }
    },
  );
  messageOf(class extends Event {});
});
