/** Inferred types, and programs that must not compile. The compiler checks this file; it never runs. */
import {
  type End,
  type ErrorCode,
  type EventOf,
  EventSource,
  type EventSourceError,
  events,
  FetchEventSource,
  type ServerErrorEvent,
  type SourceErrorEvent,
} from "eventsource-wasm";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function is<T extends true>(): T;

interface Feed {
  update: { percent: number };
  message: string;
}

for (const Source of [EventSource, FetchEventSource] as const) {
  const source = new Source<Feed>("/events", { decode: { update: "json" } });

  source.on("update", (payload, event) => {
    is<Equal<typeof payload, { percent: number }>>();
    is<Equal<typeof event.type, "update">>();
    is<Equal<typeof event.data, { percent: number }>>();
  });
  // A name that the map does not have is allowed, as text.
  source.on("other", (payload) => is<Equal<typeof payload, string>>());
  // @ts-expect-error: the payload has no such property
  source.on("update", ({ ratio }) => ratio);
  // @ts-expect-error: a listener must be a function
  source.on("update", {});
  // @ts-expect-error: a name must be a string
  source.on(7, () => {});
}

const source = new FetchEventSource<Feed>("/events", { decode: "json" });
source.addEventListener("update", (event) => is<Equal<typeof event, MessageEvent<string>>>());
source.addEventListener("open", (event) => is<Equal<typeof event.response.status, number>>());
source.addEventListener("error", (event) => is<Equal<typeof event, SourceErrorEvent | ServerErrorEvent>>());
source.addEventListener("other", (event: MessageEvent<string>) => event.data);
source.onerror = ({ error }) => {
  // A server may send an event named `error`, which has no EventSourceError.
  is<Equal<typeof error, EventSourceError | undefined>>();
  if (error) is<Equal<typeof error.code, ErrorCode>>();
};
is<Equal<typeof source.readyState, 0 | 1 | 2>>();
is<Equal<typeof FetchEventSource.CLOSED, 2>>();
// @ts-expect-error: constants are read-only
FetchEventSource.CLOSED = 1;

async function iteration() {
  for await (const event of source) {
    is<Equal<typeof event, EventOf<Feed>>>();
    if (event.type === "update") is<Equal<typeof event.data, { percent: number }>>();
    else is<Equal<typeof event.data, string>>();
  }
  for await (const { type, data } of events("/chat")) {
    is<Equal<typeof type, string>>();
    is<Equal<typeof data, string>>();
  }
  for await (const event of events<Feed>("/chat", { decode: { update: JSON.parse } })) {
    is<Equal<typeof event, EventOf<Feed>>>();
  }
  const end: End = await source.closed;
  if (end.code === "aborted") end.cause satisfies unknown;
  else if (end.code !== "closed" && end.code !== "complete") end.error.status satisfies number | undefined;
}

new FetchEventSource("/", {
  retry: ({ code, attempt }) => (code === "network" && attempt < 3 ? 1000 : "stop"),
  headers: async ({ status }) => ({ authorization: status === 401 ? "fresh" : "stale" }),
});
// Options may be undefined, even if the consumer compiles with exactOptionalPropertyTypes.
new FetchEventSource("/", { signal: undefined, retry: undefined, lastEventId: undefined, fetch: undefined });
// @ts-expect-error: a policy has no such number
new FetchEventSource("/", { retry: { delay: 7 } });
// @ts-expect-error: a retry function returns milliseconds or "stop"
new FetchEventSource("/", { retry: () => "later" });
// @ts-expect-error: the map has payloads that are not strings, so they must be decoded
new FetchEventSource<Feed>("/");
// @ts-expect-error: the payloads must be decoded, in the wrapper of the browser's class, too
new EventSource<Feed>("/", { withCredentials: true });
// @ts-expect-error: the payloads must be decoded, for one request, too
events<Feed>("/");
// @ts-expect-error: the decoder is for the wrong event
new FetchEventSource<Feed>("/", { decode: { message: String } });
new FetchEventSource<{ message: string; note: string }>("/");
// @ts-expect-error: a decoder for an event that the map does not have
new FetchEventSource<Feed>("/", { decode: { upgrade: "json" } });
// @ts-expect-error: a decoder must return the payload of the map
new FetchEventSource<Feed>("/", { decode: { update: () => 7 } });
// @ts-expect-error: one request is never retried
events("/", { retry: {} });
// @ts-expect-error: the browser's class takes no headers
new EventSource("/", { headers: {} });

// Functions for the browser's class accept our class.
function asWritten(standard: globalThis.EventSource) {
  standard.addEventListener("message", (event) => event.data);
  standard.close();
}
asWritten(new EventSource("/"));
asWritten(new FetchEventSource("/"));
asWritten(new FetchEventSource<Feed>("/", { decode: "json" }));

export { iteration };
