/** The engine of the main entry: functions on the addresses of its objects, as `src/npm/client.rs` has them. */
import text from "../../target/npm/bindgen/client_wasm.js";
import { Memory, starter } from "./wasm.js";

/** The address and the length of a text in the engine's memory, which the function that takes it frees. */
export type EngineText = [address: number, length: number];

/** Times are in milliseconds. A number that is `undefined` arrives as NaN, a boolean as `false`. */
export interface Engine {
  readonly memory: WebAssembly.Memory;
  text_new(length: number): number;
  may_resend(...method: EngineText): number;
  config_new(
    flags: number,
    ...rest: [
      ...method: EngineText,
      connectTimeout: number | undefined,
      idleTimeout: number | undefined,
      maxEventSize: number,
      seed: number,
    ]
  ): number;
  config_retry(
    config: number,
    initialDelay: number | undefined,
    maxDelay: number | undefined,
    factor: number | undefined,
    jitter: boolean | undefined,
    maxAttempts: number | undefined,
  ): void;
  client_new(
    config: number,
    ...rest: [...lastEventId: EngineText, ...until: EngineText, reconnectionTime: number | undefined]
  ): number;
  client_free(client: number): void;
  client_reconnects(client: number): number;
  client_is_open(client: number): number;
  client_reconnection_time(client: number): number;
  /** The address of the words that say where the ID is. */
  client_last_event_id(client: number): number;
  client_handle(client: number, input: number, now: number): void;
  client_reconnect(client: number, ...rest: [...id: EngineText, now: number]): void;
  client_fail(client: number, ...rest: [...id: EngineText, now: number]): void;
  client_reset(client: number): void;
  client_decide(client: number, wait: number, now: number): void;
  client_refuses(
    client: number,
    status: number,
    ...headers: [...contentType: EngineText, ...retryAfter: EngineText]
  ): number;
  client_respond(client: number, sinceEpoch: number, now: number): void;
  /** The address of room for a chunk. */
  client_room(client: number, length: number): number;
  client_feed(client: number, length: number, now: number): void;
  client_wait(client: number, now: number): number;
  /** The address of a step. */
  client_next(client: number): number;
}

export const startEngine = /* @__PURE__ */ starter<Engine>(text);

export const memory = /* @__PURE__ */ new Memory(() => startEngine().memory);

/** Hands a text to the engine. */
export function give(text: string | null | undefined): EngineText {
  if (text == null) return [0, 0];
  const bytes = new TextEncoder().encode(text);
  const address = startEngine().text_new(bytes.length) >>> 0;
  memory.bytes().set(bytes, address);
  return [address, bytes.length];
}
