/** What the examples in comments take as given, for real: each of them runs on a page of its own. */
import { type EventOf, events, FetchEventSource, type UndecodedEvent } from "eventsource-wasm";
import { TestEventServer } from "eventsource-wasm/testing";
import { z } from "zod";

export { z };

type Feed = { update: { percent: number }; message: string };

const decode = { update: z.object({ percent: z.number() }) };

export const response: Response = await fetch("/events");

/** The one that does not decode. */
export const event: EventOf<Feed> | UndecodedEvent = await undecoded();

async function undecoded() {
  for await (const one of events<Feed>("/events?undecodable", { decode, onDecodeError: "yield" }))
    if ("error" in one) return one;
  throw new Error("the server sends one event that does not decode");
}

export const server = new TestEventServer();
new FetchEventSource("https://api.test/events", {
  fetch: server.fetch,
  headers: { authorization: "Bearer token" },
  lastEventId: "7",
});
new FetchEventSource("https://api.test/events", { fetch: server.fetch });

export const connection = await server.accept();
export const controller = new AbortController();
export const stopButton = document.body.appendChild(document.createElement("button"));

export function show(...what: unknown[]): void {
  console.log(...what);
}

export function log(...what: unknown[]): void {
  console.log(...what);
}

export function signIn(): void {
  console.log("sign in");
}

export async function token(isRefused: boolean): Promise<string> {
  return isRefused ? "fresh" : "stale";
}

/** What it gets is for the page to say. Last, as events that come before the example listens are lost. */
export const source = new FetchEventSource<Feed>(`/events${location.search}`, { decode });
// Payloads are decoded for those who want them.
source.onAny(() => {});
