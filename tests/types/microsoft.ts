/** `eventsource-wasm/fetch-event-source` can replace `@microsoft/fetch-event-source` 2: the types are equal. */
import type * as theirs from "@microsoft/fetch-event-source";
import type * as ours from "eventsource-wasm/fetch-event-source";

/** Compiles only if values of each type are values of the others. */
type Same<A extends B, B extends C, C = A> = [A, B, C];

export type Interchangeable = [
  Same<ours.EventSourceMessage, theirs.EventSourceMessage>,
  Same<ours.FetchEventSourceInit, theirs.FetchEventSourceInit>,
  Same<typeof ours.fetchEventSource, typeof theirs.fetchEventSource>,
  Same<typeof ours.EventStreamContentType, typeof theirs.EventStreamContentType>,
];

declare const fetchEventSource: typeof ours.fetchEventSource;
declare const EventStreamContentType: typeof ours.EventStreamContentType;

// The examples in the README of the other package.
class RetriableError extends Error {}
class FatalError extends Error {}
await fetchEventSource("/api/sse", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ foo: "bar" }),
  signal: new AbortController().signal,
  async onopen(response) {
    if (response.ok && response.headers.get("content-type") === EventStreamContentType) return;
    throw response.status >= 400 && response.status < 500 ? new FatalError() : new RetriableError();
  },
  onmessage(message) {
    if (message.event === "FatalError") throw new FatalError(message.data);
    message.id satisfies string;
    message.retry satisfies number | undefined;
  },
  onclose() {
    throw new RetriableError();
  },
  onerror(error) {
    if (error instanceof FatalError) throw error;
    return 500;
  },
});

// @ts-expect-error: headers are a plain object
fetchEventSource("/", { headers: new Headers() });
// @ts-expect-error: a time, or nothing
fetchEventSource("/", { onerror: () => "soon" });
// @ts-expect-error: the options are required
fetchEventSource("/");
