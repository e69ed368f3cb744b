import assert from "node:assert/strict";
import { test } from "node:test";
import { AlarmClock } from "../../../npm/shell/clock.js";

/** A clock that the test sets, with its timers and the deadlines that rang. */
function clockOf() {
  const clock = {
    time: 0,
    timers: new Map<number, { due: number; ring: () => void }>(),
    made: 0,
    now: () => clock.time,
    setTimeout(ring: () => void, delay: number) {
      clock.made += 1;
      clock.timers.set(clock.made, { due: clock.time + delay, ring });
      return clock.made;
    },
    clearTimeout: (id: unknown) => void clock.timers.delete(id as number),
    /** The times at which the timers are due. */
    due: () => [...clock.timers.values()].map(({ due }) => due),
    /** Rings the first timer 5 ms late, as real timers may be. */
    ring() {
      const [[id, timer]] = clock.timers as unknown as [[number, { due: number; ring: () => void }]];
      clock.timers.delete(id);
      clock.time = timer.due + 5;
      timer.ring();
    },
  };
  const rung: number[] = [];
  const alarm = new AlarmClock(clock, (deadline) => rung.push(deadline));
  return { clock, alarm, rung };
}

test("a deadline that moves later keeps the timer, so that not each chunk sets a new timer", () => {
  const { clock, alarm } = clockOf();
  for (const deadline of [100, 150, 200, 100]) alarm.set(deadline);
  assert.deepEqual([clock.made, clock.due()], [1, [100]]);
});

test("an earlier deadline replaces the timer, and no deadline clears it", () => {
  const { clock, alarm } = clockOf();
  alarm.set(100);
  alarm.set(40);
  assert.deepEqual(clock.due(), [40]);
  alarm.set(undefined);
  assert.deepEqual(clock.due(), []);
});

test("a timer rings with the deadline for which it was set, and another can be set then", () => {
  const { clock, alarm, rung } = clockOf();
  alarm.set(100);
  alarm.set(200);
  clock.ring();
  alarm.set(200);
  clock.ring();
  assert.deepEqual(rung, [100, 200]);
});

test("a timer never rings before its deadline: delays are rounded up to whole milliseconds, past deadlines to 0", () => {
  const { clock, alarm } = clockOf();
  clock.time = 10;
  alarm.set(10.25);
  assert.deepEqual(clock.due(), [11]);
  alarm.set(3);
  assert.deepEqual(clock.due(), [10]);
});

test("fake global timers of a test are used", (t) => {
  const alarm = new AlarmClock(undefined, () => {});
  const fake = t.mock.method(globalThis, "setTimeout", () => 7);
  const cleared = t.mock.method(globalThis, "clearTimeout", () => {});
  alarm.set(alarm.now() + 1000);
  alarm.clear();
  assert.deepEqual([fake.mock.callCount(), cleared.mock.calls.map(({ arguments: [id] }) => id)], [1, [7]]);
});
