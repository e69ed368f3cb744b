/** The common part of the engines: WebAssembly that is inlined as text, and started synchronously on first use. */
import { fromHex } from "./hex.js";
import { type Strings, stringsOf, viewOf } from "./strings.js";

/** Whether the bundle is made by `npm run build -- --trace`. */
declare const TRACE: boolean | undefined;

/** A JavaScript build of an engine, for runtimes that cannot run WebAssembly. It returns the exports. */
export type Build = () => unknown;

/** An engine, and its source: WebAssembly as text or compiled, or a JavaScript build. */
export interface Engine<Exports> {
  source: string | WebAssembly.Module | Build;
  exports?: Exports | undefined;
}

/** Starts an engine on the first call, and returns its exports. */
export function start<Exports>(engine: Engine<Exports>): Exports {
  const { source } = engine;
  engine.exports ??= (typeof source === "function" ? source() : instanceOf(source).exports) as Exports;
  return engine.exports;
}

/** Instantiates an engine. Browsers compile modules of this size on the main thread without complaint. */
function instanceOf(source: string | WebAssembly.Module): WebAssembly.Instance {
  try {
    const module = typeof source === "string" ? new WebAssembly.Module(fromHex(source)) : source;
    return typeof TRACE !== "undefined" && TRACE ? traced(module) : new WebAssembly.Instance(module);
  } catch (cause) {
    const message =
      "WebAssembly cannot run here: in the script-src of a Content-Security-Policy, allow 'wasm-unsafe-eval' (not " +
      "'unsafe-eval'); otherwise import this entry with '/js' at its end";
    throw new Error(message, { cause });
  }
}

/** Instantiates an engine that passes each line of its trace to `env.trace`, as an address and a length. */
function traced(module: WebAssembly.Module): WebAssembly.Instance {
  const trace = (address: number, length: number) => {
    const { buffer } = instance.exports.memory as WebAssembly.Memory;
    console.debug(new TextDecoder().decode(new Uint8Array(buffer, address >>> 0, length)));
  };
  const instance = new WebAssembly.Instance(module, { env: { trace } });
  return instance;
}

interface HasMemory {
  readonly memory: WebAssembly.Memory;
}

/** The views of an engine's memory. A call into the engine may move the memory, which sets the length of earlier views to 0. */
export class Memory {
  readonly #engine: Engine<HasMemory>;
  #strings: Strings | undefined;
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  words: Uint32Array<ArrayBuffer> = new Uint32Array();

  constructor(engine: Engine<HasMemory>) {
    this.#engine = engine;
  }

  /** Renews the views, if a call has moved the memory. */
  renewed(): this {
    if (this.words.length === 0) {
      const { memory } = start(this.#engine);
      this.#strings ??= stringsOf(memory);
      this.bytes = viewOf(memory.buffer as ArrayBuffer);
      this.words = new Uint32Array(memory.buffer as ArrayBuffer);
    }
    return this;
  }

  /** The ASCII text between two addresses. */
  ascii(start: number, end: number): string {
    return (this.#strings as Strings).ascii(this.bytes, start, end);
  }

  /** The UTF-16 text between two addresses. */
  utf16(start: number, end: number): string {
    return (this.#strings as Strings).utf16(this.bytes, start, end);
  }
}
