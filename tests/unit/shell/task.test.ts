import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "../../../npm/shell/task.js";

/** Runs `nextTask` with these globals, and returns the order of a task and a microtask. */
async function without(globals: object): Promise<string[]> {
  const { MessageChannel, setImmediate } = globalThis;
  Object.assign(globalThis, globals);
  try {
    const order: string[] = [];
    const task = nextTask().then(() => order.push("task"));
    Promise.resolve().then(() => order.push("microtask"));
    await task;
    return order;
  } finally {
    Object.assign(globalThis, { MessageChannel, setImmediate });
  }
}

function refuse() {
  throw new Error("A Node.js API is used (setImmediate) which is not supported in the Edge Runtime.");
}

const throws = class {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
};

for (const [name, globals] of Object.entries({
  everything: {},
  "no MessageChannel": { MessageChannel: undefined },
  "a MessageChannel that throws": { MessageChannel: throws },
  "a setImmediate that throws, as on Next.js's edge": { MessageChannel: undefined, setImmediate: refuse },
  "timers alone": { MessageChannel: undefined, setImmediate: undefined },
})) {
  test(`the event loop turns with ${name}`, async () => {
    assert.deepEqual(await without(globals), ["microtask", "task"]);
  });
}
