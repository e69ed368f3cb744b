import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchReader, type Visitor } from "../../../npm/engine/batch.js";
import * as Border from "../../../npm/engine/constants.js";
import type { Memory } from "../../../npm/engine/wasm.js";

type Item = [kind: number, text?: string];

const IDLE: Visitor = { event: () => true };

/** A memory without an engine. Batches are written to it in the layout of the engine. */
class HandMadeMemory {
  bytes = new Uint8Array(4096);
  words = new Uint32Array(this.bytes.buffer);

  ascii = (start: number, end: number): string => Buffer.from(this.bytes.slice(start, end)).toString("latin1");
  utf16 = (start: number, end: number): string => Buffer.from(this.bytes.slice(start, end)).toString("utf16le");

  /** Writes a batch and returns the address of its header. Items beyond ASCII go to the wide text. */
  write(items: Item[], { at = 64 } = {}): number {
    const [header, operations, text, wide] = [at, at + 64, at + 1024, at + 1536];
    let [length, units] = [0, 0];
    const words = new Uint32Array(this.bytes.buffer);
    for (const [index, [kind, string = ""]] of items.entries()) {
      const isWide = [...string].some((character) => character > "\x7f");
      const start = isWide ? units : length;
      if (isWide) this.bytes.set(Buffer.from(string, "utf16le"), wide + units * 2);
      else this.bytes.set(Buffer.from(string, "latin1"), text + length);
      if (isWide) units += string.length;
      else length += string.length;
      const wideKind = isWide ? kind | Border.OPERATION_WIDE : kind;
      words.set([wideKind, start, start + string.length], operations / 4 + index * Border.OPERATION_WORDS);
    }
    words[header / 4 + Border.BATCH_TEXT_AT] = text;
    words[header / 4 + Border.BATCH_TEXT_LENGTH_AT] = length;
    words[header / 4 + Border.BATCH_WIDE_AT] = wide;
    words[header / 4 + Border.BATCH_WIDE_UNITS_AT] = units;
    words[header / 4 + Border.BATCH_OPERATIONS_AT] = operations;
    words[header / 4 + Border.BATCH_OPERATION_COUNT_AT] = items.length;
    return header;
  }

  asMemory(): Memory {
    return this as unknown as Memory;
  }
}

const { OPERATION_EVENT, OPERATION_EVENT_WITH_ID, OPERATION_NAME, OPERATION_ID, OPERATION_ID_ALONE } = Border;
const event = (data: string): Item => [OPERATION_EVENT, data];

/** A reader whose visitor records each event, and stops after events with this data. */
function readerOf({ stopAfter = "", lastEventId = "" } = {}) {
  const memory = new HandMadeMemory();
  const seen: unknown[][] = [];
  const visitor: Visitor = {
    event: (...args) => seen.push(args) > 0 && args[1] !== stopAfter,
  };
  return { memory, seen, reader: new BatchReader(() => memory.asMemory(), visitor, lastEventId) };
}

test("a name and an ID stay in force until the next name and ID, also in later batches", () => {
  const { memory, seen, reader } = readerOf({ lastEventId: "0" });
  reader.read(
    memory.write([event("a"), [OPERATION_NAME, "tick"], [OPERATION_ID, "1"], [OPERATION_EVENT_WITH_ID, "b"]]),
  );
  reader.read(memory.write([event("c"), [OPERATION_NAME, ""], event("d")]));
  assert.deepEqual(seen, [
    ["", "a", "0", false],
    ["tick", "b", "1", true],
    ["tick", "c", "1", false],
    ["", "d", "1", false],
  ]);
});

test("a text beyond ASCII is a slice of the wide text, in UTF-16 units", () => {
  const { memory, seen, reader } = readerOf();
  reader.read(memory.write([event("plain"), event("grün 🎉"), [OPERATION_NAME, "größe"], event("é")]));
  assert.deepEqual(
    seen.map(([name, data]) => [name, data]),
    [
      ["", "plain"],
      ["", "grün 🎉"],
      ["größe", "é"],
    ],
  );
});

test("a visitor that stops the reader gets each event once: resume() goes on after the last event", () => {
  const { memory, seen, reader } = readerOf({ stopAfter: "b" });
  const isDone = reader.read(memory.write([event("a"), event("b"), [OPERATION_ID, "9"], event("c")]));
  assert.deepEqual([isDone, reader.isRead, reader.lastEventId], [false, false, ""]);
  assert.deepEqual([reader.resume(), reader.isRead, reader.lastEventId], [true, true, "9"]);
  assert.equal(seen.map(([, data]) => data).join(), "a,b,c");
});

test("a visitor that stops at the last item has read the whole batch", () => {
  const { memory, reader } = readerOf({ stopAfter: "b" });
  assert.equal(reader.read(memory.write([event("a"), event("b")])), true);
});

test("skip() keeps the ID of the last visited event, and takes over names that the engine does not repeat", () => {
  const { memory, seen, reader } = readerOf({ stopAfter: "a" });
  reader.read(
    memory.write([[OPERATION_ID, "1"], event("a"), [OPERATION_ID, "2"], [OPERATION_NAME, "größe"], event("b")]),
  );
  reader.skip();
  assert.deepEqual([reader.isRead, reader.lastEventId], [true, "1"]);
  reader.read(memory.write([event("c")]));
  assert.deepEqual(seen.at(-1), ["größe", "c", "1", false]);
});

test("after an exception of the visitor, the reader has the names and IDs of the whole batch", () => {
  const memory = new HandMadeMemory();
  const thrown = new Error("a visitor's");
  const visitor: Visitor = {
    event: () => true,
    comment() {
      throw thrown;
    },
  };
  const reader = new BatchReader(() => memory.asMemory(), visitor);
  const items: Item[] = [
    [OPERATION_ID, "1"],
    [Border.OPERATION_COMMENT, "x"],
    [OPERATION_NAME, "n"],
    [OPERATION_ID, "2"],
  ];
  assert.throws(() => reader.read(memory.write(items)), thrown);
  assert.equal(reader.lastEventId, "2");
});

test("after a memory grows during a visit, the reader takes new views of it", () => {
  const memory = new HandMadeMemory();
  const seen: string[] = [];
  const visitor: Visitor = {
    event(_name, data) {
      seen.push(data);
      // As if the memory had grown: the contents move, and the earlier views are empty.
      const moved = structuredClone(memory.bytes.buffer, { transfer: [memory.bytes.buffer] });
      memory.bytes = new Uint8Array(moved);
      memory.words = new Uint32Array(moved);
      return true;
    },
  };
  new BatchReader(() => memory.asMemory(), visitor).read(memory.write([event("a"), event("b"), event("c")]));
  assert.deepEqual(seen, ["a", "b", "c"]);
});

test("a reconnection time beyond 32 bits is exact", () => {
  const memory = new HandMadeMemory();
  const times: number[] = [];
  const header = memory.write([[Border.OPERATION_RETRY]]);
  memory.words.set([Border.OPERATION_RETRY, 5, 2], (header + 64) / 4);
  new BatchReader(() => memory.asMemory(), { ...IDLE, retry: (time) => times.push(time) }).read(header);
  assert.deepEqual(times, [2 * 2 ** 32 + 5]);
});

test("an ID without an event is notified, and becomes the last event ID", () => {
  const memory = new HandMadeMemory();
  const ids: string[] = [];
  const reader = new BatchReader(() => memory.asMemory(), { ...IDLE, id: (id) => ids.push(id) });
  reader.read(memory.write([[OPERATION_ID, "1"], event("a"), [OPERATION_ID_ALONE, "2"]]));
  assert.deepEqual([ids, reader.lastEventId, reader.isRead], [["2"], "2", true]);
});
