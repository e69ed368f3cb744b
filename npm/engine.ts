/** The engine of the main entry. */
import { Client, type InitOutput, initSync } from "../target/npm/bindgen/engine.js";
import hex from "../target/npm/bindgen/engine_wasm.js";
import type { Clock } from "./types.js";
import { compile, Memory } from "./wasm.js";

export type { Client };

let started: InitOutput | undefined;

function start(): InitOutput {
  started ??= initSync({ module: compile(hex) });
  return started;
}

export const memory = new Memory(() => start().memory);

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
  pausesWhenHidden: boolean;
  resends: boolean;
  reconnectionTime: number | undefined;
  renewsCredentials: boolean;
  fetch: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
  clock: Clock | undefined;
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
    response: Response | undefined,
    bodyPrefix: Uint8Array | undefined,
    cause: unknown,
  ): number;
  open(response: Response): void;
  events(header: number): void;
  lost(
    code: string,
    attempt: number,
    delay: number | undefined,
    response: Response | undefined,
    bodyPrefix: Uint8Array | undefined,
    isIdUnsendable: boolean,
    cause: unknown,
  ): void;
  closed(code: string): void;
}

export function startClient(options: ClientOptions, hooks: ClientHooks): Client {
  start();
  return new Client(options, hooks);
}

/** Whether a request with this method may be sent again unasked. */
export function mayResend(method: string): boolean {
  start();
  return Client.mayResend(method);
}
