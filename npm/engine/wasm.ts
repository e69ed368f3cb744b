/** What both engines have in common: WebAssembly that is inlined as text, and started synchronously on first use. */
import { fromText } from "./inlined.js";
import { type Strings, stringsOf, viewOf } from "./strings.js";

/** Whether `npm run build -- --trace` makes the bundle. */
declare const TRACE: boolean | undefined;

/** A JavaScript build of an engine, for where WebAssembly cannot run: it gives the exports. */
export type Build = () => unknown;

/** Starts an engine the first time, and gives its exports. */
export interface Starter<Engine> {
  (): Engine;
  /** Gives up the engine, which nothing uses any more, with its memory. */
  forget(memory: Memory): void;
  /** Where WebAssembly cannot run, loads the JavaScript build instead; `undefined` once the engine can be started. */
  prepare(load: () => Promise<{ default: Build }>): Promise<void> | undefined;
}

/** By WebAssembly as text, or by a JavaScript build. */
export function starter<Engine>(source: string | Build): Starter<Engine> {
  let build = typeof source === "function" ? source : undefined;
  let started: Engine | undefined;
  /** Why WebAssembly cannot run. It is tried once, as each try makes a report of the page's policy. */
  let failure: Error | undefined;
  let loading: Promise<void> | undefined;

  function start(): Engine {
    if (failure && !build) throw failure;
    started ??= (build ? build() : instanceOf(source as string).exports) as Engine;
    return started;
  }

  const forget = (memory: Memory) => {
    started = undefined;
    memory.forget();
  };

  function prepare(load: () => Promise<{ default: Build }>): Promise<void> | undefined {
    if (started || build) return undefined;
    try {
      start();
      return undefined;
    } catch (cause) {
      failure = cause as Error;
      loading ??= load().then(
        (module) => {
          build = module.default;
        },
        () => {
          // Perhaps for want of a network.
          loading = undefined;
          throw failure;
        },
      );
      return loading;
    }
  }

  return Object.assign(start, { forget, prepare });
}

/** Browsers compile modules of this size on the main thread without a fuss. */
function instanceOf(text: string): WebAssembly.Instance {
  try {
    const module = new WebAssembly.Module(fromText(text));
    return typeof TRACE !== "undefined" && TRACE ? traced(module) : new WebAssembly.Instance(module);
  } catch (cause) {
    const message =
      "WebAssembly cannot run here: if the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src (not " +
      "'unsafe-eval'); otherwise import 'eventsource-wasm/js', which does without";
    throw new Error(message, { cause });
  }
}

/** An engine that gives each line of its trace to `env.trace`, as an address and a length. */
function traced(module: WebAssembly.Module): WebAssembly.Instance {
  const trace = (address: number, length: number) => {
    const { buffer } = instance.exports.memory as WebAssembly.Memory;
    console.debug(new TextDecoder().decode(new Uint8Array(buffer, address >>> 0, length)));
  };
  const instance = new WebAssembly.Instance(module, { env: { trace } });
  return instance;
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

  /** It will be that of another engine. */
  forget(): void {
    this.#bytes = new Uint8Array();
    this.#words = new Uint32Array();
    this.#strings = undefined;
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
