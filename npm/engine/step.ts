import { ADVICE } from "../error/advice.js";
import type { ErrorCode } from "../error/code.js";
import type { ServerSentEvent } from "../types/types.js";
import * as Border from "./constants.js";
import type { Memory } from "./wasm.js";

/** A view of a step in the engine's memory. Its kind decides which of the other fields have a meaning. */
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

  /** Whether the step has a flag: one of `STEP_IS_…` or `STEP_HAS_…`. */
  is(flag: number): boolean {
    return (this.#word(Border.STEP_FLAGS_AT) & flag) !== 0;
  }

  /** The code of a failure, or the reason of a request. */
  get code(): ErrorCode | "reconnect" | undefined {
    if (this.#word(Border.STEP_CODE_AT) === Border.REASON_RECONNECT) return "reconnect";
    return (Object.keys(ADVICE) as ErrorCode[])[this.#word(Border.STEP_CODE_AT) - 1];
  }

  get method(): string {
    const start = this.#word(Border.STEP_METHOD_AT);
    return this.#memory.ascii(start, start + this.#word(Border.STEP_METHOD_AT + 1));
  }

  /** The last event ID of a request, or the body of a refused response. */
  get text(): string {
    return this.#utf16(Border.STEP_TEXT_AT);
  }

  /** The `Last-Event-ID` header, with a character for each byte; empty for none. */
  get header(): string {
    return this.#utf16(Border.STEP_HEADER_AT);
  }

  /** The event that the end of the body cut off. */
  get event(): ServerSentEvent {
    const [type, data, lastEventId] = [0, 2, 4].map((at) => this.#utf16(Border.STEP_EVENT_AT + at)) as [
      string,
      string,
      string,
    ];
    return { type: type || "message", data, lastEventId };
  }

  time(index: number): number | undefined {
    const [time = -1] = new Float64Array(
      this.#memory.renewed().bytes.buffer,
      this.#address + Border.STEP_TIMES_AT + index * 8,
      1,
    );
    return time < 0 ? undefined : time;
  }

  #word(index: number): number {
    return this.#memory.renewed().words[(this.#address >>> 2) + index] as number;
  }

  #utf16(index: number): string {
    const start = this.#word(index);
    return this.#memory.utf16(start, start + this.#word(index + 1) * 2);
  }
}
