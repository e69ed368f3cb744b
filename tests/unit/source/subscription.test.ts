import assert from "node:assert/strict";
import { test } from "node:test";
import { Subscribers } from "../../../npm/source/subscription.js";
import type { OnOptions } from "../../../npm/types/types.js";

/** Subscribers that record their names when they are called. */
function notingSubscribers() {
  const subscribers = new Subscribers();
  const called: string[] = [];
  return {
    subscribers,
    called,
    add: (type: string | undefined, name: string, options?: OnOptions) =>
      subscribers.add(type, () => called.push(name), options),
    deliver(type: string) {
      const event = { type, data: "", lastEventId: "" };
      for (const subscriber of subscribers.of(type)) subscriber("", event);
    },
  };
}

test("listeners for a name and for any event are called in the order in which they were added", () => {
  const { add, deliver, called } = notingSubscribers();
  add(undefined, "any 1");
  add("tick", "tick 1");
  add(undefined, "any 2");
  add("tick", "tick 2");
  deliver("tick");
  deliver("other");
  assert.deepEqual(called, ["any 1", "tick 1", "any 2", "tick 2", "any 1", "any 2"]);
});

test("listeners added during a call get only the next event, and removed listeners are not called", () => {
  const { subscribers, add, deliver, called } = notingSubscribers();
  const change = () => {
    off();
    add("tick", "new");
  };
  subscribers.add("tick", change, { once: true });
  const off = add("tick", "left");
  deliver("tick");
  assert.deepEqual(called, []);
  deliver("tick");
  assert.deepEqual(called, ["new"]);
});

test("a name without listeners is dropped", () => {
  const { subscribers, add } = notingSubscribers();
  add(undefined, "any");
  const ofAny = subscribers.of("never heard");
  const off = add("tick", "tick");
  assert.notEqual(subscribers.of("tick"), ofAny);
  off();
  add(undefined, "later");
  assert.equal(subscribers.of("tick"), subscribers.of("never heard"));
});

test("a listener with once is removed before it runs, so that a nested event does not call it again", () => {
  const { subscribers, deliver, called } = notingSubscribers();
  const again = () => {
    called.push("once");
    deliver("tick");
  };
  subscribers.add("tick", again, { once: true });
  deliver("tick");
  assert.deepEqual(called, ["once"]);
});

test("a signal ends a subscription, and a subscription that ended otherwise leaves no listener on its signal", () => {
  const { add, deliver, called } = notingSubscribers();
  const { signal, abort } = countingSignal();
  add("tick", "a", { signal });
  add("tick", "b", { signal })();
  assert.equal(signal.listeners, 1);
  abort();
  deliver("tick");
  assert.deepEqual([called, signal.listeners], [[], 0]);
});

test("a subscription with an aborted signal adds no listener, not even on the signal", () => {
  const { add, deliver, called } = notingSubscribers();
  const { signal, abort } = countingSignal();
  abort();
  add("tick", "a", { signal });
  deliver("tick");
  assert.deepEqual([called, signal.listeners], [[], 0]);
});

test("a listener that throws is reported, and the others are called", (t) => {
  const reported: unknown[] = [];
  Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });
  t.after(() => Reflect.deleteProperty(globalThis, "reportError"));
  const { subscribers, add, deliver, called } = notingSubscribers();
  subscribers.add("tick", () => assert.fail("its own"), undefined);
  add("tick", "b");
  deliver("tick");
  assert.deepEqual([called, reported.map(String)], [["b"], ["AssertionError [ERR_ASSERTION]: its own"]]);
});

/** A signal that counts its listeners. */
function countingSignal() {
  const controller = new AbortController();
  const signal = Object.assign(controller.signal, { listeners: 0 });
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const held = new Set<unknown>();
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    signal.listeners = held.add(args[1]).size;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    held.delete(args[1]);
    signal.listeners = held.size;
    removeEventListener.apply(signal, args);
  };
  return { signal, abort: () => controller.abort() };
}
