/** The other side of `src/npm/batch.rs`: two texts, decoded once each, and operations on what is cut out of them. */
import type { Memory } from "./wasm.js";

/** Words of an operation: which, and the start and the end of a string in its text, in UTF-16 units. */
const OPERATION = 3;

const EVENT = 0;
const EVENT_WITH_ID = 1;
const NAME = 2;
const ID = 3;
const COMMENT = 4;
const RETRY = 5;
const ID_ALONE = 6;
/** Added when the string is in the wide text. */
const WIDE = 8;

/** Takes the items of a batch. What returns false stops the reader, for the time being or for good. */
export interface Visitor {
  /** `name` is empty if the event has none; `setsId` says whether its ID is from a field of its own. */
  event(name: string, data: string, lastEventId: string, setsId: boolean): boolean;
  comment?(text: string): void;
  /** Milliseconds. */
  retry?(time: number): void;
  /** An ID that no event has. */
  id?(id: string): void;
  /** A line that the standard ignores. */
  ignored?(line: string): void;
}

/** Reads the batches of one stream. The name and the ID of an event are told only when they change. */
export class BatchReader {
  readonly #memory: Memory;
  readonly #visitor: Visitor;
  #name = "";
  #id: string;
  #text = "";
  #wideText = "";
  /** The operation that is read next, and the end of all of them, as indices of words. */
  #next = 0;
  #end = 0;

  constructor(memory: Memory, visitor: Visitor, lastEventId = "") {
    this.#memory = memory;
    this.#visitor = visitor;
    this.#id = lastEventId;
  }

  /**
   * Visits the items of the batch whose header is at this address, in order. False when the visitor stopped it before the
   * end.
   *
   * A visitor may run anything but the engine's object that the batch belongs to: that would overwrite the batch. It may
   * free that object if nothing is read afterwards.
   */
  read(header: number): boolean {
    const words = this.#memory.words();
    const at = header >>> 2;
    const start = words[at] as number;
    const length = words[at + 1] as number;
    const wideStart = words[at + 2] as number;
    const units = words[at + 3] as number;
    this.#text = length === 0 ? "" : this.#memory.ascii(start, start + length);
    this.#wideText = units === 0 ? "" : this.#memory.utf16(wideStart, wideStart + units * 2);
    this.#next = (words[at + 4] as number) >>> 2;
    this.#end = this.#next + (words[at + 5] as number) * OPERATION;
    return this.resume();
  }

  /** Goes on behind the item at which the visitor stopped. */
  resume(): boolean {
    let words = this.#memory.words();
    const visitor = this.#visitor;
    const text = this.#text;
    const wideText = this.#wideText;
    const end = this.#end;
    let operation = this.#next;
    try {
      while (operation < end) {
        // What the visitor ran may have moved the memory.
        if (words.length === 0) words = this.#memory.words();
        const kind = words[operation] as number;
        const from = words[operation + 1] as number;
        const to = words[operation + 2] as number;
        const string = kind & WIDE ? wideText.slice(from, to) : text.slice(from, to);
        operation += OPERATION;
        switch (kind & ~WIDE) {
          case EVENT:
          case EVENT_WITH_ID:
            this.#next = operation;
            if (!visitor.event(this.#name, string, this.#id, (kind & ~WIDE) === EVENT_WITH_ID))
              return operation === end;
            break;
          case NAME:
            this.#name = string;
            break;
          case ID:
            this.#id = string;
            break;
          case COMMENT:
            visitor.comment?.(string);
            break;
          case RETRY:
            visitor.retry?.(to * 2 ** 32 + from);
            break;
          case ID_ALONE:
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

  /** Leaves out what has not been visited. */
  skip(): void {
    this.#learn(this.#next, this.#end, this.#text, this.#wideText);
    this.#next = this.#end;
  }

  /** Takes in the names and IDs of operations that are not to be carried out: they are told only once. */
  #learn(first: number, end: number, text: string, wideText: string): void {
    const words = this.#memory.words();
    for (let operation = first; operation < end; operation += OPERATION) {
      const kind = words[operation] as number;
      const string = (kind & WIDE ? wideText : text).slice(words[operation + 1], words[operation + 2]);
      if ((kind & ~WIDE) === NAME) this.#name = string;
      if ((kind & ~WIDE) === ID || (kind & ~WIDE) === ID_ALONE) this.#id = string;
    }
  }
}
