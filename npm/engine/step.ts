import * as Border from "./constants.js";
import type { Memory } from "./wasm.js";

/** A step by its address. Its kind says which of the rest has a meaning. */
export class Step {
  readonly #memory: Memory;
  readonly #address: number;

  constructor(memory: Memory, address: number) {
    this.#memory = memory;
    this.#address = address >>> 0;
  }

  get kind(): number {
    return this.#word(Border.STEP_KIND_AT);
  }

  /** The address of the header of a batch. */
  get batch(): number {
    return this.#word(Border.STEP_BATCH_AT);
  }

  get attempt(): number {
    return this.#word(Border.STEP_ATTEMPT_AT);
  }

  get status(): number | undefined {
    return this.#word(Border.STEP_STATUS_AT) || undefined;
  }

  get isIdUnsendable(): boolean {
    return this.#word(Border.STEP_IS_ID_UNSENDABLE_AT) !== 0;
  }

  /** The code of a failure, or how a source ended. */
  get name(): string | undefined {
    return this.#ascii(Border.STEP_NAME_AT);
  }

  get method(): string {
    return this.#ascii(Border.STEP_METHOD_AT) as string;
  }

  /** The last event ID of a request, or the body of a refused response. */
  get text(): string {
    return this.#utf16(Border.STEP_TEXT_AT);
  }

  /** The `Last-Event-ID` header, with a character for each byte; empty for none. */
  get header(): string {
    return this.#utf16(Border.STEP_HEADER_AT);
  }

  time(index: number): number | undefined {
    const [time = -1] = new Float64Array(
      this.#memory.bytes().buffer,
      this.#address + Border.STEP_TIMES_AT + index * 8,
      1,
    );
    return time < 0 ? undefined : time;
  }

  #word(index: number): number {
    return this.#memory.words()[(this.#address >>> 2) + index] as number;
  }

  #ascii(index: number): string | undefined {
    const start = this.#word(index);
    return start === 0 ? undefined : this.#memory.ascii(start, start + this.#word(index + 1));
  }

  #utf16(index: number): string {
    const start = this.#word(index);
    return this.#memory.utf16(start, start + this.#word(index + 1) * 2);
  }
}
