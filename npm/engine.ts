/**
 * The engine: Rust compiled to WebAssembly, inlined, and started synchronously on first use. Browsers compile modules of
 * this size on the main thread without a fuss.
 */

import { Client, type InitOutput, initSync, StreamParser } from "../target/npm/bindgen/engine.js";
import hex from "../target/npm/bindgen/engine_wasm.js";
import type { Memory } from "./batch.js";
import { viewOf } from "./text.js";

export type { Client, StreamParser };

let started: InitOutput | undefined;

function start(): InitOutput {
  if (started) return started;
  try {
    started = initSync({ module: fromHex(hex) });
  } catch (cause) {
    const message =
      "eventsource-wasm cannot start its WebAssembly: if the page has a Content-Security-Policy, add 'wasm-unsafe-eval' " +
      "to its script-src (not 'unsafe-eval'); otherwise see cause";
    throw new Error(message, { cause });
  }
  return started;
}

/** Natively where the engine knows how (2025 on). */
function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromHex?: (hex: string) => Uint8Array<ArrayBuffer> }).fromHex;
  if (native) return native.call(Uint8Array, hex);
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (digit(hex.charCodeAt(index * 2)) << 4) | digit(hex.charCodeAt(index * 2 + 1));
  }
  return bytes;
}

/** Of `0` to `9` and `a` to `f`. */
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

let bytes = new Uint8Array();
let words = new Uint32Array();

export const memory: Memory = {
  bytes() {
    if (bytes.length === 0) bytes = viewOf(start().memory.buffer as ArrayBuffer);
    return bytes;
  },
  words() {
    if (words.length === 0) words = new Uint32Array(start().memory.buffer as ArrayBuffer);
    return words;
  },
};

export function startParser(maxEventSize: number | undefined): StreamParser {
  start();
  return new StreamParser(maxEventSize);
}

/** What `Options` in `src/npm/client.rs` reads. Times are in milliseconds, 0 for none. */
export interface ClientOptions {
  method: string;
  lastEventId: string;
  once: boolean;
  retry: unknown;
  connectTimeout: number;
  idleTimeout: number;
  maxEventSize: number;
  until: string | undefined;
  renewsCredentials: boolean;
  fetch: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** What `Hooks` in `src/npm/client.rs` calls. */
export interface ClientHooks {
  request(
    attempt: number,
    lastEventId: string,
    reason: string | undefined,
    status: number | undefined,
  ): Promise<{ url: string; init: RequestInit; headers: Headers }>;
  retry(
    code: string,
    attempt: number,
    status: number | undefined,
    retryAfter: number | undefined,
    reconnectionTime: number,
    elapsed: number,
  ): number;
  open(response: Response): void;
  events(header: number): Promise<void> | undefined;
  lost(
    code: string,
    attempt: number,
    delay: number | undefined,
    response: Response | undefined,
    bodyPrefix: Uint8Array | undefined,
    cause: unknown,
  ): void;
  closed(code: string): void;
}

export function startClient(options: ClientOptions, hooks: ClientHooks): Client {
  start();
  return new Client(options, hooks);
}
