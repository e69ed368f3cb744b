import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError } from "../../../npm/error/errors.js";
import { nextTask } from "../../../npm/shell/task.js";
import { Queue } from "../../../npm/source/queue.js";
import type { OnDecodeError } from "../../../npm/types/types.js";

const undecodable = new DecodeError("update", "x", "7", new SyntaxError("no JSON"));

/** A queue of texts, and the number of times that its loop was left. */
function queueOf(onDecodeError: OnDecodeError = "skip") {
  const left = { count: 0 };
  const queue = new Queue<string>(onDecodeError, () => {
    left.count += 1;
  });
  return { queue, left };
}

const done = { done: true, value: undefined };

test("items reach the calls of next() in order, before and after the items arrive", async () => {
  const { queue } = queueOf();
  const early = [queue.next(), queue.next()];
  for (const item of ["a", "b", "c", "d"]) queue.push(item);
  const late = [queue.next(), queue.next()];
  queue.push("e");
  const values = (await Promise.all([...early, ...late, queue.next()])).map(({ value }) => value);
  assert.deepEqual(values, ["a", "b", "c", "d", "e"]);
});

test("end() keeps the items that have arrived for the loop; cut() drops them", async () => {
  for (const method of ["end", "cut"] as const) {
    const { queue } = queueOf();
    queue.push("a");
    queue[method]();
    const items: string[] = [];
    for await (const item of queue) items.push(item);
    assert.deepEqual(items, method === "end" ? ["a"] : []);
  }
});

test("an error at the end is thrown once, after the items", async () => {
  const { queue } = queueOf();
  const failure = new Error("lost");
  queue.push("a");
  queue.end(failure);
  assert.equal((await queue.next()).value, "a");
  await assert.rejects(queue.next(), failure);
  assert.deepEqual(await queue.next(), done);
});

test("only the first of several ends counts", async () => {
  const { queue } = queueOf();
  queue.push("a");
  queue.end();
  queue.end(new Error("late"));
  queue.cut(new Error("later"));
  assert.equal((await queue.next()).value, "a");
  assert.deepEqual(await queue.next(), done);
});

test("an end settles pending calls of next()", async () => {
  const { queue } = queueOf();
  const failure = new Error("lost");
  const waiting = [queue.next(), queue.next()];
  queue.end(failure);
  await assert.rejects(waiting[0] as Promise<unknown>, failure);
  assert.deepEqual(await waiting[1], done);
});

test("a loop that is left closes its source and gets no more", async () => {
  const { queue, left } = queueOf();
  queue.push("a");
  queue.push("b");
  queue.end(new Error("lost"));
  for await (const _ of queue) break;
  assert.deepEqual([left.count, await queue.next()], [1, done]);
});

test("a payload that does not decode is skipped, yielded or thrown by onDecodeError", async () => {
  const skipping = queueOf("skip").queue;
  assert.equal(skipping.fail(undecodable), false);
  const yielding = queueOf("yield").queue;
  assert.equal(yielding.fail(undecodable), true);
  const item = { type: "decodeerror", error: undecodable, lastEventId: "7" };
  assert.deepEqual(await yielding.next(), { done: false, value: item });
  const throwing = queueOf("throw").queue;
  assert.equal(throwing.fail(undecodable), true);
  await assert.rejects(throwing.next(), undecodable);
});

test("a loop that ends by an error closes its source, though for await does not call return() then", async () => {
  const { queue, left } = queueOf("throw");
  queue.fail(undecodable);
  await assert.rejects(async () => {
    for await (const _ of queue);
  }, undecodable);
  for (let turns = 0; left.count === 0 && turns < 1000; turns += 1) await nextTask();
  assert.equal(left.count, 1);
});

test("calling next() after an error keeps the source open", async () => {
  const { queue, left } = queueOf("throw");
  queue.fail(undecodable);
  await queue.next().catch(() => {});
  const next = queue.next();
  for (let turns = 0; turns < 10; turns += 1) await nextTask();
  queue.push("b");
  assert.deepEqual([(await next).value, left.count], ["b", 0]);
  queue.fail(undecodable);
  queue.push("c");
  const [, after] = await Promise.allSettled([queue.next(), queue.next()]);
  for (let turns = 0; turns < 10; turns += 1) await nextTask();
  assert.deepEqual([after.status, left.count], ["fulfilled", 0]);
});
