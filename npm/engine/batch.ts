/**
 * Reads the batches of `engine/src/batch.rs`. A batch has two texts, which are decoded once each, and operations on slices of
 * them.
 */
import * as Border from "./constants.js";
import type { Memory } from "./wasm.js";

/** Takes the items of a batch. `event` or `comment` stops the reader, temporarily or for good, if it returns false. */
export interface Visitor {
  /**
   * An event. `name` is empty if the event has none; `setsId` says whether the event has an ID field of its own. The reader
   * stops if this returns false.
   */
  event(name: string, data: string, lastEventId: string, setsId: boolean): boolean;
  /** A comment. The reader stops if this returns false. */
  comment?(text: string): unknown;
  /** A reconnection time of the server, in milliseconds. */
  retry?(time: number): void;
  /** An ID without an event. */
  id?(id: string): void;
  /** A line that the standard ignores. */
  ignored?(line: string): void;
}

/** Reads the batches of one stream. The name and the ID of an event cross the border only when they change. */
export class BatchReader {
  readonly #memory: () => Memory;
  readonly #visitor: Visitor;
  #name = "";
  #id: string;
  #text = "";
  #wideText = "";
  /** The index of the next operation, and the end of all operations, in words. */
  #next = 0;
  #end = 0;

  constructor(memory: () => Memory, visitor: Visitor, lastEventId = "") {
    this.#memory = memory;
    this.#visitor = visitor;
    this.#id = lastEventId;
  }

  /** The last event ID: the ID of the event that is visited, or was visited last, unless an ID without an event followed. */
  get lastEventId(): string {
    return this.#id;
  }

  /** Whether all items of the batch are visited or left out. */
  get isRead(): boolean {
    return this.#next === this.#end;
  }

  /**
   * Visits the items of the batch whose header is at this address, in order. Returns false when the visitor stopped the reader
   * before the end.
   *
   * A visitor may call any object of the engine except the owner of the batch, which would overwrite the batch. It may free the
   * owner if nothing is read afterwards.
   */
  read(header: number): boolean {
    const memory = this.#memory();
    const { words } = memory;
    const at = header >>> 2;
    const start = words[at + Border.BATCH_TEXT_AT] as number;
    const length = words[at + Border.BATCH_TEXT_LENGTH_AT] as number;
    const wideStart = words[at + Border.BATCH_WIDE_AT] as number;
    const units = words[at + Border.BATCH_WIDE_UNITS_AT] as number;
    const text = length === 0 ? "" : memory.ascii(start, start + length);
    const wideText = units === 0 ? "" : memory.utf16(wideStart, wideStart + units * 2);
    const count = words[at + Border.BATCH_OPERATION_COUNT_AT] as number;
    this.#next = (words[at + Border.BATCH_OPERATIONS_AT] as number) >>> 2;
    this.#end = this.#next + count * Border.OPERATION_WORDS;
    // Nothing of a single operation can be left. Most chunks have one, and it costs time to store new strings in an old object.
    if (count > 1) {
      this.#text = text;
      this.#wideText = wideText;
    }
    return this.#visit(words, text, wideText);
  }

  /** Continues after the item at which the visitor stopped the reader. */
  resume(): boolean {
    return this.#visit(this.#memory().words, this.#text, this.#wideText);
  }

  #visit(words: Uint32Array, text: string, wideText: string): boolean {
    const visitor = this.#visitor;
    const end = this.#end;
    let operation = this.#next;
    try {
      while (operation < end) {
        // The visitor may have called the engine, which may move its memory.
        if (words.length === 0) words = this.#memory().words;
        const word = words[operation] as number;
        const from = words[operation + 1] as number;
        const to = words[operation + 2] as number;
        const kind = word & ~Border.OPERATION_WIDE;
        const string = (kind === word ? text : wideText).slice(from, to);
        operation += Border.OPERATION_WORDS;
        switch (kind) {
          case Border.OPERATION_EVENT:
          case Border.OPERATION_EVENT_WITH_ID:
            this.#next = operation;
            if (!visitor.event(this.#name, string, this.#id, kind === Border.OPERATION_EVENT_WITH_ID))
              return this.isRead;
            break;
          case Border.OPERATION_NAME:
            this.#name = string;
            break;
          case Border.OPERATION_ID:
            this.#id = string;
            break;
          case Border.OPERATION_COMMENT:
            this.#next = operation;
            if (visitor.comment?.(string) === false) return this.isRead;
            break;
          case Border.OPERATION_RETRY:
            visitor.retry?.(to * 2 ** 32 + from);
            break;
          case Border.OPERATION_ID_ALONE:
            this.#id = string;
            visitor.id?.(string);
            break;
          default:
            visitor.ignored?.(string);
        }
      }
    } catch (error) {
      this.#learn(operation, end, text, wideText);
      throw error;
    }
    this.#next = end;
    this.#text = "";
    this.#wideText = "";
    return true;
  }

  /** Skips the items that are not visited. The stream continues after the event with this ID, or after the last visited one. */
  skip(id = this.#id): void {
    // The engine may not be loaded yet.
    if (!this.isRead) this.#learn(this.#next, this.#end, this.#text, this.#wideText);
    this.#id = id;
    this.#next = this.#end;
  }

  /** Reads the names and IDs of operations that are not carried out: the engine does not repeat them. */
  #learn(first: number, end: number, text: string, wideText: string): void {
    const { words } = this.#memory();
    for (let operation = first; operation < end; operation += Border.OPERATION_WORDS) {
      const word = words[operation] as number;
      const kind = word & ~Border.OPERATION_WIDE;
      const string = (kind === word ? text : wideText).slice(words[operation + 1], words[operation + 2]);
      if (kind === Border.OPERATION_NAME) this.#name = string;
      if (kind === Border.OPERATION_ID || kind === Border.OPERATION_ID_ALONE) this.#id = string;
    }
  }
}
