/** The other side of `src/npm/batch.rs`: one text, decoded once, and a table of where in it each string is. */
import { memory } from "./engine.js";

/** Columns of a row: `kind, name, name end, id, id end, data, data end`, in UTF-16 units of the text. */
const ROW = 7;

const COMMENT = 1;
const RETRY = 2;
const EVENT_WITH_ID = 3;

/**
 * Two, as Node decodes ASCII faster without `stream` (8 times) and everything else with it (2 times); browsers do not care.
 * A batch ends with an ASCII byte, so that nothing is ever carried over.
 */
const ascii = new TextDecoder("utf-8", { ignoreBOM: true });
const wide = new TextDecoder("utf-8", { ignoreBOM: true });

function decode(bytes: Uint8Array, isWide: boolean): string {
  return isWide ? wide.decode(bytes, { stream: true }) : ascii.decode(bytes);
}

/** Takes the items of a batch. What returns false ends it. */
export interface Visitor {
  /** `name` is empty if the event has none; `setsId` says whether its ID is from a field of its own. */
  event(name: string, data: string, lastEventId: string, setsId: boolean): boolean;
  comment?(text: string): void;
  /** Milliseconds. */
  retry?(time: number): void;
}

/**
 * Visits the items of the batch whose header is at this address, in order.
 *
 * A visitor may run anything but the engine's object that the batch belongs to: that would overwrite the table. It may
 * free that object if it then returns false.
 */
export function visit(header: number, visitor: Visitor): void {
  let words = memory.words();
  const at = header >>> 2;
  const start = words[at] as number;
  const bytes = memory.bytes().subarray(start, start + (words[at + 1] as number));
  const text = decode(bytes, words[at + 4] === 1);
  let row = (words[at + 2] as number) >>> 2;
  const end = row + (words[at + 3] as number) * ROW;
  // Names and IDs seldom change, and then have the same place. No two strings end at the same one.
  let nameEnd = -1;
  let name = "";
  let idEnd = -1;
  let id = "";
  for (; row < end; row += ROW) {
    // What the visitor ran may have moved the memory.
    if (words.length === 0) words = memory.words();
    const kind = words[row] as number;
    if (kind === RETRY) {
      visitor.retry?.((words[row + 6] as number) * 2 ** 32 + (words[row + 5] as number));
      continue;
    }
    const data = text.slice(words[row + 5], words[row + 6]);
    if (kind === COMMENT) {
      visitor.comment?.(data);
      continue;
    }
    if (words[row + 2] !== nameEnd) {
      nameEnd = words[row + 2] as number;
      name = text.slice(words[row + 1], nameEnd);
    }
    if (words[row + 4] !== idEnd) {
      idEnd = words[row + 4] as number;
      id = text.slice(words[row + 3], idEnd);
    }
    if (!visitor.event(name, data, id, kind === EVENT_WITH_ID)) return;
  }
}
