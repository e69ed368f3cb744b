/** Events: their properties, their order, and the rules of `EventTarget`. */
import { check, equal, next, pause } from "../trial.mjs";

const HELLO = "id: 1\ndata: hello\n\n";
const TWO = "data: 1\n\ndata: 2\n\nevent: end\ndata:\n\n";

/** The notes of a listener during a stream of two messages and the event `end`. */
async function heardOfTwo(trial, listen) {
  const source = trial.stream(TWO);
  const heard = [];
  listen(source, heard);
  await next(source, "end");
  return heard;
}

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const eventTests = {
  "message: is a MessageEvent": async (trial) => {
    const event = await next(trial.stream(HELLO), "message");
    check(event instanceof MessageEvent, "another class");
    equal(Object.prototype.toString.call(event), "[object MessageEvent]");
    equal([event.type, event.data, event.lastEventId, event.origin], ["message", "hello", "1", trial.own]);
  },
  "message: has no source and no ports": async (trial) => {
    const { source, ports } = await next(trial.stream(HELLO), "message");
    equal([source, ports], [null, []]);
  },
  "message: neither bubbles nor can be cancelled": async (trial) => {
    const event = await next(trial.stream(HELLO), "message");
    event.preventDefault();
    equal([event.bubbles, event.cancelable, event.composed, event.defaultPrevented], [false, false, false, false]);
  },
  "message: its target is the source": async (trial) => {
    const source = trial.stream(HELLO);
    const seen = await new Promise((resolve) => {
      source.onmessage = (event) => {
        const path = event.composedPath();
        const targets = [event.target, event.currentTarget, event.srcElement, ...path].map((one) => one === source);
        resolve([...targets, event.eventPhase]);
      };
    });
    equal(seen, [true, true, true, true, Event.AT_TARGET]);
  },
  "message: has no current target afterwards": async (trial) => {
    const source = trial.stream(HELLO);
    const event = await next(source, "message");
    await pause(0);
    equal([event.eventPhase, event.currentTarget, event.target === source], [0, null, true]);
  },
  "message: is trusted": async (trial) => equal((await next(trial.stream(HELLO), "message")).isTrusted, true),
  "message: has a time stamp": async (trial) => {
    const { timeStamp } = await next(trial.stream(HELLO), "message");
    check(timeStamp > 0 && timeStamp <= performance.now() + 1, String(timeStamp));
  },
  "message: microtasks run between two messages": async (trial) => {
    const heard = [];
    const source = trial.stream(TWO);
    source.onmessage = ({ data }) => {
      heard.push(data);
      Promise.resolve().then(() => heard.push(`after ${data}`));
    };
    await next(source, "end");
    equal(heard, ["1", "after 1", "2", "after 2"]);
  },

  "message: its constructor is the MessageEvent of the page or worker": async (trial) => {
    const event = await next(trial.stream(HELLO), "message");
    check(event instanceof MessageEvent && event.constructor === MessageEvent, String(event.constructor));
  },

  "open: is an Event that neither bubbles nor can be cancelled": async (trial) => {
    const event = await next(trial.stream(HELLO), "open");
    check(event instanceof Event && !(event instanceof MessageEvent), "another class");
    equal([event.type, event.bubbles, event.cancelable, event.composed], ["open", false, false, false]);
  },
  "open: is trusted": async (trial) => equal((await next(trial.stream(HELLO), "open")).isTrusted, true),
  "open: is dispatched once, before the messages": async (trial) => {
    const source = trial.stream(TWO);
    const heard = [];
    for (const type of ["open", "message"]) source.addEventListener(type, () => heard.push(type));
    await next(source, "end");
    equal(heard, ["open", "message", "message"]);
  },
  "open: readyState is OPEN in its listener, and CONNECTING before": async (trial) => {
    const source = trial.stream(HELLO);
    equal(source.readyState, 0);
    await Promise.resolve();
    equal(source.readyState, 0);
    await next(source, "open");
    equal(source.readyState, 1);
  },
  "error: is an Event that neither bubbles nor can be cancelled": async (trial) => {
    const event = await next(trial.open(trial.serve({ status: 404, ends: true })), "error");
    check(event instanceof Event && !(event instanceof MessageEvent), "another class");
    equal([event.type, event.bubbles, event.cancelable, event.composed], ["error", false, false, false]);
  },
  "error: is trusted": async (trial) => {
    equal((await next(trial.open(trial.serve({ status: 404, ends: true })), "error")).isTrusted, true);
  },
  "error: is dispatched once, after the constructor has returned": async (trial) => {
    const source = trial.open(trial.serve({ status: 404, ends: true }));
    let count = 0;
    source.addEventListener("error", () => {
      count += 1;
    });
    equal(source.readyState, 0);
    await next(source, "error");
    await pause(100);
    equal([count, source.readyState], [1, 2]);
  },

  "target: a listener gets all messages": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      source.addEventListener("message", ({ data }) => heard.push(data));
    });
    equal(heard, ["1", "2"]);
  },
  "target: a listener with once is called once": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      source.addEventListener("message", ({ data }) => heard.push(data), { once: true });
    });
    equal(heard, ["1"]);
  },
  "target: a listener ends with its signal": async (trial) => {
    const controller = new AbortController();
    const heard = await heardOfTwo(trial, (source, heard) => {
      const listener = ({ data }) => {
        heard.push(data);
        controller.abort();
      };
      source.addEventListener("message", listener, { signal: controller.signal });
      source.addEventListener("message", () => heard.push("never"), { signal: AbortSignal.abort() });
    });
    equal(heard, ["1"]);
  },
  "target: an object's handleEvent is called on it": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      const listener = {
        handleEvent({ data }) {
          heard.push([this === listener, data]);
        },
      };
      source.addEventListener("message", listener);
    });
    equal(heard, [
      [true, "1"],
      [true, "2"],
    ]);
  },
  "target: handleEvent is looked up for each event": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      const listener = {
        handleEvent: () => {
          heard.push("first");
          listener.handleEvent = () => heard.push("second");
        },
      };
      source.addEventListener("message", listener);
    });
    equal(heard, ["first", "second"]);
  },
  "target: a function is called with the source as this": async (trial) => {
    const source = trial.stream(HELLO);
    const self = await new Promise((resolve) => {
      source.addEventListener("message", function () {
        resolve(this);
      });
    });
    check(self === source, "another this");
  },
  "target: a listener that is added twice is called once": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      const listener = ({ data }) => heard.push(data);
      source.addEventListener("message", listener);
      source.addEventListener("message", listener, { once: true });
    });
    equal(heard, ["1", "2"]);
  },
  "target: a capturing listener counts as another listener, and is called first": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      const listener = ({ data }) => heard.push(data);
      source.addEventListener("message", () => heard.push("plain"));
      source.addEventListener("message", listener, true);
      source.addEventListener("message", listener);
    });
    equal(heard, ["1", "plain", "1", "2", "plain", "2"]);
  },
  "target: listeners are called in the order in which they were added": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      for (const name of ["a", "b", "c"]) source.addEventListener("message", ({ data }) => heard.push(name + data));
    });
    equal(heard, ["a1", "b1", "c1", "a2", "b2", "c2"]);
  },
  "target: a removed listener is not called": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      const never = () => heard.push("never");
      const first = ({ data }) => {
        heard.push(data);
        source.removeEventListener("message", first);
        source.removeEventListener("message", later);
      };
      const later = () => heard.push("later");
      source.addEventListener("message", never);
      source.removeEventListener("message", never);
      source.addEventListener("message", first);
      source.addEventListener("message", later);
    });
    equal(heard, ["1"]);
  },
  "target: a listener that is added in a listener gets the next message": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      source.onmessage = ({ data }) => {
        if (data === "1") source.addEventListener("message", (event) => heard.push(event.data));
      };
    });
    equal(heard, ["2"]);
  },
  "target: null is no listener": async (trial) => {
    const source = trial.stream(HELLO);
    source.addEventListener("message", null);
    source.removeEventListener("message", null);
    equal((await next(source, "message")).data, "hello");
  },
  "target: a listener of the wrong type is a TypeError": (trial) => {
    const source = trial.stream(HELLO);
    throwsTypeError(() => source.addEventListener("message", 7));
    throwsTypeError(() => source.addEventListener("message"));
  },
  "target: a listener that throws is reported, and the others are called": async (trial) => {
    const text = `on purpose ${crypto.randomUUID()}`;
    const reported = new Promise((resolve) => {
      const hear = (event) => {
        if (!event.message.includes(text)) return;
        event.preventDefault();
        globalThis.removeEventListener("error", hear);
        resolve(event.error.message);
      };
      globalThis.addEventListener("error", hear);
    });
    const heard = await heardOfTwo(trial, (source, heard) => {
      source.addEventListener(
        "message",
        () => {
          throw new Error(text);
        },
        { once: true },
      );
      source.addEventListener("message", ({ data }) => heard.push(data));
    });
    equal(heard, ["1", "2"]);
    equal(await reported, text);
  },
  "target: stopImmediatePropagation stops the others": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      source.addEventListener("message", (event) => {
        heard.push(event.data);
        event.stopImmediatePropagation();
      });
      source.addEventListener("message", () => heard.push("never"));
    });
    equal(heard, ["1", "2"]);
  },
  "target: dispatchEvent calls listeners in any state": (trial) => {
    const source = trial.stream(":\n");
    const heard = [];
    source.onmessage = ({ data, isTrusted }) => heard.push(["handler", data, isTrusted]);
    source.addEventListener("custom", ({ type }) => heard.push(type));
    equal(source.dispatchEvent(new MessageEvent("message", { data: "mine" })), true);
    source.close();
    source.dispatchEvent(new Event("custom"));
    equal(heard, [["handler", "mine", false], "custom"]);
  },
  "target: dispatchEvent returns false for a cancelled event": (trial) => {
    const source = trial.stream(":\n");
    source.addEventListener("custom", (event) => event.preventDefault());
    equal(source.dispatchEvent(new Event("custom", { cancelable: true })), false);
    equal(source.dispatchEvent(new Event("custom")), true);
  },
  "target: a received event can be dispatched again": async (trial) => {
    const event = await next(trial.stream(HELLO), "message");
    const target = new EventTarget();
    const again = next(target, "message");
    await pause(0);
    target.dispatchEvent(event);
    equal([(await again).data, event.isTrusted], ["hello", false]);
  },
  "target: listeners added by EventTarget's own method get all messages": async (trial) => {
    const heard = await heardOfTwo(trial, (source, heard) => {
      const listener = ({ data }) => heard.push(data);
      EventTarget.prototype.addEventListener.call(source, "message", listener);
    });
    equal(heard, ["1", "2"]);
  },
};

function throwsTypeError(action) {
  try {
    action();
  } catch (error) {
    equal(error.name, "TypeError");
    return;
  }
  throw new Error("nothing thrown");
}
