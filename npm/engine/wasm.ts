/** What both engines have in common: WebAssembly that is inlined as text, and started synchronously on first use. */
import { fromText } from "./inlined.js";
import { type Strings, stringsOf, viewOf } from "./strings.js";

/** Starts an engine the first time, and gives its exports. */
export function starter<Engine>(text: string): () => Engine {
  let started: Engine | undefined;
  return () => {
    started ??= new WebAssembly.Instance(compile(text)).exports as unknown as Engine;
    return started;
  };
}

/** Browsers compile modules of this size on the main thread without a fuss. */
function compile(text: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(fromText(text));
  } catch (cause) {
    const message =
      "eventsource-wasm cannot start its WebAssembly: if the page has a Content-Security-Policy, add 'wasm-unsafe-eval' " +
      "to its script-src (not 'unsafe-eval'); otherwise see cause";
    throw new Error(message, { cause });
  }
}

/** An engine's memory. A call into the engine may move it, which leaves the views that were taken before with length 0. */
export class Memory {
  readonly #memory: () => WebAssembly.Memory;
  #bytes = new Uint8Array();
  #words = new Uint32Array();
  #strings: Strings | undefined;

  constructor(memory: () => WebAssembly.Memory) {
    this.#memory = memory;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length === 0) this.#bytes = viewOf(this.#memory().buffer as ArrayBuffer);
    return this.#bytes;
  }

  words(): Uint32Array<ArrayBuffer> {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.#memory().buffer as ArrayBuffer);
    return this.#words;
  }

  /** The ASCII text between two addresses. */
  ascii(start: number, end: number): string {
    this.#strings ??= stringsOf(this.#memory());
    return this.#strings.ascii(this.bytes(), start, end);
  }

  /** The UTF-16 text between two addresses. */
  utf16(start: number, end: number): string {
    this.#strings ??= stringsOf(this.#memory());
    return this.#strings.utf16(this.bytes(), start, end);
  }
}
