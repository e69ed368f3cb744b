import assert from "node:assert/strict";
import { test } from "node:test";
import { HandlerAttribute } from "../../../npm/source/attribute.js";

function attributeOf() {
  const target = new EventTarget();
  const called: string[] = [];
  return { target, called, attribute: new HandlerAttribute(target, "message") };
}

test("a handler keeps its place in the order of listeners when it is replaced, and loses it when set to null", () => {
  const { target, called, attribute } = attributeOf();
  attribute.set(() => void called.push("first"));
  target.addEventListener("message", () => called.push("listener"));
  attribute.set(() => void called.push("second"));
  target.dispatchEvent(new Event("message"));
  attribute.set(null);
  attribute.set(() => void called.push("third"));
  target.dispatchEvent(new Event("message"));
  assert.deepEqual(called, ["second", "listener", "listener", "third"]);
});

test("a value that is no object becomes null; an object that is no function is kept and not called", () => {
  const { target, attribute } = attributeOf();
  attribute.set("code");
  assert.equal(attribute.get(), null);
  const object = { handleEvent: () => assert.fail("handleEvent was called") };
  attribute.set(object);
  assert.equal(attribute.get(), object);
  target.dispatchEvent(new Event("message"));
});

test("a handler that returns false cancels the event, and its this is the source", () => {
  const { target, attribute } = attributeOf();
  attribute.set(function (this: EventTarget) {
    assert.equal(this, target);
    return false;
  });
  assert.equal(target.dispatchEvent(new Event("message", { cancelable: true })), false);
});
