/** Reads the batches of `engine/src/batch.rs`: two texts, decoded once each, and operations on the strings cut out of them. */
import * as Border from "./constants.js";
import type { Memory } from "./wasm.js";

/** Takes the items of a batch. What returns false stops the reader, for the time being or for good. */
export interface Visitor {
  /** `name` is empty if the event has none; `setsId` says whether its ID is from a field of its own. */
  event(name: string, data: string, lastEventId: string, setsId: boolean): boolean;
  /** What returns false stops the reader, too. */
  comment?(text: string): unknown;
  /** Milliseconds. */
  retry?(time: number): void;
  /** An ID that no event has. */
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
  /** The operation that is read next, and the end of all of them, as indices of words. */
  #next = 0;
  #end = 0;

  constructor(memory: () => Memory, visitor: Visitor, lastEventId = "") {
    this.#memory = memory;
    this.#visitor = visitor;
    this.#id = lastEventId;
  }

  /** The last event ID: that of the event which is visited, or was visited last, unless an ID came alone after it. */
  get lastEventId(): string {
    return this.#id;
  }

  /** Whether all items of the batch are visited, or left out. */
  get isRead(): boolean {
    return this.#next === this.#end;
  }

  /**
   * Visits the items of the batch whose header is at this address, in order. False when the visitor stopped it before the
   * end.
   *
   * A visitor may run anything but the engine's object that the batch belongs to: that would overwrite the batch. It may
   * free that object if nothing is read afterwards.
   */
  read(header: number): boolean {
    const words = this.#memory().words();
    const at = header >>> 2;
    const start = words[at + Border.BATCH_TEXT_AT] as number;
    const length = words[at + Border.BATCH_TEXT_LENGTH_AT] as number;
    const wideStart = words[at + Border.BATCH_WIDE_AT] as number;
    const units = words[at + Border.BATCH_WIDE_UNITS_AT] as number;
    this.#text = length === 0 ? "" : this.#memory().ascii(start, start + length);
    this.#wideText = units === 0 ? "" : this.#memory().utf16(wideStart, wideStart + units * 2);
    this.#next = (words[at + Border.BATCH_OPERATIONS_AT] as number) >>> 2;
    this.#end = this.#next + (words[at + Border.BATCH_OPERATION_COUNT_AT] as number) * Border.OPERATION_WORDS;
    return this.resume();
  }

  /** Goes on behind the item at which the visitor stopped. */
  resume(): boolean {
    let words = this.#memory().words();
    const visitor = this.#visitor;
    const text = this.#text;
    const wideText = this.#wideText;
    const end = this.#end;
    let operation = this.#next;
    try {
      while (operation < end) {
        // What the visitor ran may have moved the memory.
        if (words.length === 0) words = this.#memory().words();
        const kind = words[operation] as number;
        const from = words[operation + 1] as number;
        const to = words[operation + 2] as number;
        const string = kind & Border.OPERATION_WIDE ? wideText.slice(from, to) : text.slice(from, to);
        operation += Border.OPERATION_WORDS;
        switch (kind & ~Border.OPERATION_WIDE) {
          case Border.OPERATION_EVENT:
          case Border.OPERATION_EVENT_WITH_ID:
            this.#next = operation;
            if (
              !visitor.event(
                this.#name,
                string,
                this.#id,
                (kind & ~Border.OPERATION_WIDE) === Border.OPERATION_EVENT_WITH_ID,
              )
            )
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

  /** Leaves out what has not been visited: the stream goes on after the event with this ID, or the one visited last. */
  skip(id = this.#id): void {
    // The engine may not be there yet.
    if (!this.isRead) this.#learn(this.#next, this.#end, this.#text, this.#wideText);
    this.#id = id;
    this.#next = this.#end;
  }

  /** Takes in the names and IDs of operations that are not to be carried out: the engine does not repeat them. */
  #learn(first: number, end: number, text: string, wideText: string): void {
    const words = this.#memory().words();
    for (let operation = first; operation < end; operation += Border.OPERATION_WORDS) {
      const kind = words[operation] as number;
      const string = (kind & Border.OPERATION_WIDE ? wideText : text).slice(words[operation + 1], words[operation + 2]);
      if ((kind & ~Border.OPERATION_WIDE) === Border.OPERATION_NAME) this.#name = string;
      if (
        (kind & ~Border.OPERATION_WIDE) === Border.OPERATION_ID ||
        (kind & ~Border.OPERATION_WIDE) === Border.OPERATION_ID_ALONE
      )
        this.#id = string;
    }
  }
}
