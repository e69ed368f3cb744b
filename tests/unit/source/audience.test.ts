import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError, type EventSourceError } from "../../../npm/error/errors.js";
import { Audience } from "../../../npm/source/audience.js";
import type { AnyDecode, End } from "../../../npm/types/types.js";

/** An audience, its source, and the number of calls of its decoder. */
function audienceOf(decode: AnyDecode = JSON.parse) {
  const counted = { decodes: 0 };
  const counting = (data: string) => {
    counted.decodes += 1;
    return (decode as (data: string) => unknown)(data);
  };
  const source = new EventTarget();
  return { source, counted, audience: new Audience(source, counting) };
}

/** The errors that are passed to `reportError` until the test ends. */
function reportedIn(t: { after(run: () => void): void }) {
  const reported: unknown[] = [];
  Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });
  t.after(() => Reflect.deleteProperty(globalThis, "reportError"));
  return reported;
}

test("a payload is decoded once for all listeners and loops, and not at all without them", async () => {
  const { audience, counted } = audienceOf();
  audience.deliver("tick", "[1]", "");
  assert.equal(counted.decodes, 0);
  const payloads: unknown[] = [];
  audience.on("tick", (payload) => payloads.push(payload), undefined);
  audience.onAny(({ data }: { data: unknown }) => payloads.push(data), undefined);
  const loop = audience.iterate({}, () => {});
  audience.deliver("tick", "[1]", "7");
  const { value } = await loop.next();
  assert.deepEqual([payloads, value, counted.decodes], [[[1], [1]], { type: "tick", data: [1], lastEventId: "7" }, 1]);
});

test("a payload that does not decode goes to each onError and to loops, and is then not reported", async (t) => {
  const reported = reportedIn(t);
  const { audience } = audienceOf();
  const errors: DecodeError[] = [];
  audience.on("tick", () => assert.fail("undecodable data was delivered"), { onError: (error) => errors.push(error) });
  audience.deliver("tick", "{", "7");
  assert.deepEqual(
    errors.map(({ data, lastEventId }) => [data, lastEventId]),
    [["{", "7"]],
  );
  const loop = audience.iterate({ onDecodeError: "throw" }, () => {});
  audience.deliver("tick", "{", "7");
  await assert.rejects(loop.next(), DecodeError);
  assert.deepEqual([errors.length, reported], [2, []]);
});

test("a payload that does not decode is a decodeerror event, or reported if that has no listener", (t) => {
  const reported = reportedIn(t);
  const { audience, source } = audienceOf();
  audience.on("tick", () => {}, undefined);
  audience.deliver("tick", "{", "");
  assert(reported[0] instanceof DecodeError);
  let heard: unknown;
  source.addEventListener("decodeerror", (event) => {
    heard = event;
  });
  audience.hearsDecodeErrors = true;
  audience.deliver("tick", "}", "");
  assert.equal((heard as { error: DecodeError }).error.data, "}");
  assert.equal(reported.length, 1);
});

test("after a listener ends the source, later listeners and loops do not get the event", async () => {
  const { audience } = audienceOf();
  const called: string[] = [];
  const close = () => {
    called.push("first");
    audience.end({ code: "closed" } as End);
  };
  audience.on("tick", close, undefined);
  audience.on("tick", () => called.push("second"), undefined);
  const loop = audience.iterate({}, () => {});
  audience.deliver("tick", "1", "");
  assert.deepEqual([called, await loop.next()], [["first"], { done: true, value: undefined }]);
});

test("a failure ends a loop after the events that have arrived; close() and an abort end it at once", async () => {
  const error = new Error("lost") as EventSourceError;
  const cause = new Error("left");
  const ends: [End, unknown[]][] = [
    [{ code: "network", error } as End, [1, error]],
    [{ code: "complete" } as End, [1]],
    [{ code: "closed" } as End, []],
    [{ code: "aborted", cause } as End, [cause]],
  ];
  for (const [end, expected] of ends) {
    const { audience } = audienceOf();
    const loop = audience.iterate({}, () => {});
    audience.deliver("tick", "1", "");
    audience.end(end);
    const seen: unknown[] = [];
    try {
      for await (const { data } of loop as AsyncIterable<{ data: unknown }>) seen.push(data);
    } catch (thrown) {
      seen.push(thrown);
    }
    assert.deepEqual(seen, expected, end.code);
  }
});

test("after the end, no listener is called, and a new loop ends with the first end", async () => {
  const { audience } = audienceOf();
  const cause = new Error("left");
  audience.end({ code: "aborted", cause } as unknown as End);
  audience.end({ code: "complete" } as End);
  const called: unknown[] = [];
  audience.on("tick", (payload) => called.push(payload), undefined);
  audience.deliver("tick", "1", "");
  assert.deepEqual(called, []);
  await assert.rejects(audience.iterate({}, () => {}).next(), cause);
});

test("leaving a loop closes the source, and aborting its signal does not", async () => {
  const { audience } = audienceOf();
  let closed = 0;
  const close = () => {
    closed += 1;
  };
  const controller = new AbortController();
  const signalled = audience.iterate({ signal: controller.signal }, close);
  controller.abort();
  assert.deepEqual([await signalled.next(), closed], [{ done: true, value: undefined }, 0]);
  await audience.iterate({}, close).return();
  assert.equal(closed, 1);
});
