import type { Memory } from "./wasm.js";

/** Index of the first of a step's words that say where its text is. */
const TEXT = 7;
/** Bytes from the start of a step to its times. */
const TIMES = 40;

/** A step by its address. What of it has a meaning depends on its kind. */
export class Step {
  readonly #memory: Memory;
  readonly #address: number;

  constructor(memory: Memory, address: number) {
    this.#memory = memory;
    this.#address = address >>> 0;
  }

  get kind(): number {
    return this.#word(0);
  }

  /** Address of the header of a batch. */
  get batch(): number {
    return this.#word(1);
  }

  get attempt(): number {
    return this.#word(2);
  }

  get status(): number | undefined {
    return this.#word(3) || undefined;
  }

  get isIdUnsendable(): boolean {
    return this.#word(4) !== 0;
  }

  /** The code of a failure, or how a source ended. */
  get name(): string | undefined {
    const start = this.#word(5);
    return start === 0 ? undefined : this.#memory.ascii(start, start + this.#word(6));
  }

  /** The last event ID. */
  get id(): string {
    return readId(this.#memory, this.#address + TEXT * 4);
  }

  time(index: number): number | undefined {
    const [time = -1] = new Float64Array(this.#memory.bytes().buffer, this.#address + TIMES + index * 8, 1);
    return time < 0 ? undefined : time;
  }

  #word(index: number): number {
    return this.#memory.words()[(this.#address >>> 2) + index] as number;
  }
}

/** The last event ID by the address of the words that say where it is. */
export function readId(memory: Memory, address: number): string {
  const [start = 0, units = 0] = memory.words().subarray(address >>> 2);
  return memory.utf16(start, start + units * 2);
}
