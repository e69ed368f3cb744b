/** What the examples in comments take as given. */
import type { EventOf, FetchEventSource, UndecodedEvent } from "eventsource-wasm";
import type { TestConnection, TestEventServer } from "eventsource-wasm/testing";

type Feed = { update: { percent: number }; message: string };

export declare const source: FetchEventSource<Feed>;
export declare const event: EventOf<Feed> | UndecodedEvent;
export declare const server: TestEventServer;
export declare const connection: TestConnection;
export declare const response: Response;
export declare const controller: AbortController;
export declare const stopButton: HTMLButtonElement;
export declare function show(...what: unknown[]): void;
export declare function log(...what: unknown[]): void;
export declare function token(isRefused: boolean): Promise<string>;
export declare function signIn(): void;
export { z } from "zod";
