/** The other side of `src/npm/batch.rs`: one text, decoded once, and a table of where in it each string is. */
import { memory } from "./engine.js";

const ROW = 7;

/** Kinds of rows. */
export const EVENT = 0;
export const COMMENT = 1;
export const RETRY = 2;
export const EVENT_WITH_ID = 3;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Items that arrived together. It is a copy: listeners may make the engine use its memory anew. */
export class Batch {
  readonly #text: string;
  readonly #table: Uint32Array;
  readonly length: number;

  constructor(header: number) {
    const buffer = memory();
    const [text = 0, textLength = 0, table = 0, rows = 0] = new Uint32Array(buffer, header, 4);
    this.#text = decoder.decode(new Uint8Array(buffer, text, textLength));
    this.#table = new Uint32Array(buffer, table, rows * ROW).slice();
    this.length = rows;
  }

  kind(row: number): number {
    return this.#table[row * ROW] as number;
  }

  /** The event's name, empty if it has none. */
  name(row: number): string {
    return this.#string(row, 1);
  }

  data(row: number): string {
    return this.#string(row, 3);
  }

  lastEventId(row: number): string {
    return this.#string(row, 5);
  }

  /** The reconnection time of a `RETRY` row, in milliseconds. */
  retry(row: number): number {
    const [low = 0, high = 0] = this.#table.subarray(row * ROW + 3, row * ROW + 5);
    return high * 2 ** 32 + low;
  }

  #string(row: number, column: number): string {
    const at = row * ROW + column;
    return this.#text.slice(this.#table[at], this.#table[at + 1]);
  }
}
