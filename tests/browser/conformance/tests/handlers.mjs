/** Event handler attributes: `onopen`, `onmessage`, `onerror`. */
import { check, equal, next } from "../trial.mjs";

const TWO = "data: 1\n\ndata: 2\n\nevent: end\ndata:\n\n";

/** The order in which listeners are called for a message. */
async function order(trial, listen) {
  const source = trial.stream("data: 1\n\nevent: end\ndata:\n\n");
  const called = [];
  listen(source, (name) => () => called.push(name));
  await next(source, "end");
  return called.join(" ");
}

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const handlerTests = {
  "handler: onopen, onmessage and onerror are called on the source": async (trial) => {
    const source = trial.open(trial.serve([{ body: "retry: 500\n\ndata: 1\n\n", ends: true }, ":\n"]));
    const heard = [];
    await new Promise((resolve) => {
      const handler = function ({ type }) {
        heard.push([this === source, type]);
        if (type === "error") resolve(undefined);
      };
      Object.assign(source, { onopen: handler, onmessage: handler, onerror: handler });
    });
    equal(heard, [
      [true, "open"],
      [true, "message"],
      [true, "error"],
    ]);
  },
  "handler: onmessage is for message only": async (trial) => {
    const source = trial.stream("event: update\ndata: 1\n\ndata: 2\n\nevent: end\ndata:\n\n");
    const heard = [];
    source.onmessage = ({ data }) => heard.push(data);
    await next(source, "end");
    equal(heard, ["2"]);
  },
  "handler: has the value that was set": (trial) => {
    const source = trial.stream(":\n");
    const handler = () => {};
    source.onmessage = handler;
    check(source.onmessage === handler, "another function");
    source.onmessage = null;
    equal(source.onmessage, null);
  },
  "handler: a value that is no object becomes null": (trial) => {
    const source = trial.stream(":\n");
    for (const value of [7, "text", undefined, true, Symbol("handler")]) {
      source.onmessage = () => {};
      source.onmessage = value;
      equal(source.onmessage, null, String(value));
    }
  },
  "handler: an object is kept, and its handleEvent is not called": async (trial) => {
    const source = trial.stream(TWO);
    const handler = { handleEvent: () => check(false, "handleEvent was called") };
    source.onmessage = handler;
    check(source.onmessage === handler, "not kept");
    await next(source, "end");
  },
  "handler: is called in the order in which it was first set": async (trial) => {
    const called = await order(trial, (source, listener) => {
      source.addEventListener("message", listener("a"));
      source.onmessage = listener("handler");
      source.addEventListener("message", listener("b"));
    });
    equal(called, "a handler b");
  },
  "handler: a handler that replaces another keeps its place": async (trial) => {
    const called = await order(trial, (source, listener) => {
      source.onmessage = listener("old");
      source.addEventListener("message", listener("a"));
      source.onmessage = listener("new");
    });
    equal(called, "new a");
  },
  "handler: a handler that is set after null is called last": async (trial) => {
    const called = await order(trial, (source, listener) => {
      source.onmessage = listener("old");
      source.addEventListener("message", listener("a"));
      source.onmessage = null;
      source.onmessage = listener("new");
    });
    equal(called, "a new");
  },
  "handler: a handler that replaces an object keeps its place": async (trial) => {
    const called = await order(trial, (source, listener) => {
      source.onmessage = {};
      source.addEventListener("message", listener("a"));
      source.onmessage = listener("new");
    });
    equal(called, "new a");
  },
  "handler: the same function may also be a listener": async (trial) => {
    const called = await order(trial, (source, listener) => {
      const both = listener("both");
      source.onmessage = both;
      source.addEventListener("message", both);
    });
    equal(called, "both both");
  },
  "handler: removeEventListener does not remove it": async (trial) => {
    const called = await order(trial, (source, listener) => {
      source.onmessage = listener("handler");
      source.removeEventListener("message", source.onmessage);
    });
    equal(called, "handler");
  },
  "handler: can be replaced and removed while it is called": async (trial) => {
    const source = trial.stream(`data: 0\n\n${TWO}`);
    const heard = [];
    source.onmessage = ({ data }) => {
      heard.push(`first ${data}`);
      source.onmessage = (event) => {
        heard.push(`second ${event.data}`);
        source.onmessage = null;
      };
    };
    await next(source, "end");
    equal(heard, ["first 0", "second 1"]);
  },
  "handler: returning false cancels a cancelable event": (trial) => {
    const source = trial.stream(":\n");
    source.onmessage = () => false;
    equal(source.dispatchEvent(new Event("message", { cancelable: true })), false);
    source.onmessage = () => 0;
    equal(source.dispatchEvent(new Event("message", { cancelable: true })), true);
  },
};
