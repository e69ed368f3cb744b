/** The map of events that TypeScript infers from `decode`: schemas, functions and names. Only compiled, never run. */
import { type } from "arktype";
import {
  type DecodedEvents,
  type Decoder,
  EventSource,
  type EventStream,
  events,
  FetchEventSource,
  type ServerSentEvent,
  type UndecodedEvent,
} from "eventsource-wasm";
import { expectTypeOf } from "expect-type";
import * as v from "valibot";
import { z } from "zod";

type Progress = { percent: number };
interface Feed {
  update: Progress;
  message: string;
}

// Equal payloads by each of the libraries. The schema of zod also transforms.
const schemas = {
  zod: z.object({ percent: z.string().transform(Number) }),
  valibot: v.object({ percent: v.number() }),
  arktype: type({ percent: "number" }),
};
for (const update of [schemas.zod, schemas.valibot, schemas.arktype] as const) {
  expectTypeOf(update).toExtend<Decoder<Progress>>();
}

const byZod = new FetchEventSource("/events", { decode: { update: schemas.zod } });
expectTypeOf(byZod).toEqualTypeOf<FetchEventSource<Feed>>();
const byValibot = new FetchEventSource("/events", { decode: { update: schemas.valibot } });
expectTypeOf(byValibot).toEqualTypeOf<FetchEventSource<Feed>>();
const byArktype = new FetchEventSource("/events", { decode: { update: schemas.arktype } });
expectTypeOf(byArktype).toEqualTypeOf<FetchEventSource<Feed>>();
expectTypeOf(new EventSource("/events", { decode: { update: schemas.zod } })).toEqualTypeOf<EventSource<Feed>>();
expectTypeOf(events("/events", { decode: { update: schemas.zod } })).toEqualTypeOf<EventStream<Feed>>();
expectTypeOf<DecodedEvents<{ update: typeof schemas.arktype }>>().toEqualTypeOf<Feed>();

byZod.on("update", (payload, event) => {
  expectTypeOf(payload).toEqualTypeOf<Progress>();
  expectTypeOf(event).toEqualTypeOf<ServerSentEvent<"update", Progress>>();
});
byZod.on("anything", (payload) => expectTypeOf(payload).toEqualTypeOf<string>());
byZod.addEventListener("update", ({ data }) => expectTypeOf(data).toEqualTypeOf<string>());
byZod.onAny((event) => {
  if (event.type === "update") expectTypeOf(event.data).toEqualTypeOf<Progress>();
  else expectTypeOf(event).toEqualTypeOf<ServerSentEvent<"message", string>>();
});
// @ts-expect-error: the payload has no such property
byZod.on("update", ({ ratio }) => ratio);

// Functions define the type of the payload; "json" gives `unknown`.
const mixed = new FetchEventSource("/events", {
  decode: { count: (data) => Number(data), update: "json", note: String, message: JSON.parse },
});
mixed.on("count", (payload) => expectTypeOf(payload).toEqualTypeOf<number>());
mixed.on("update", (payload) => expectTypeOf(payload).toEqualTypeOf<unknown>());
mixed.on("note", (payload) => expectTypeOf(payload).toEqualTypeOf<string>());
mixed.on("message", (payload) => expectTypeOf(payload).toBeAny());

// A single decoder for all events.
expectTypeOf(events("/chat", { decode: schemas.arktype })).toEqualTypeOf<EventStream<Record<string, Progress>>>();
expectTypeOf(events("/chat", { decode: "json" })).toEqualTypeOf<EventStream<Record<string, unknown>>>();
expectTypeOf(events("/chat", { decode: Number, until: "[DONE]" })).toEqualTypeOf<EventStream<Record<string, number>>>();
expectTypeOf(events("/chat")).toEqualTypeOf<EventStream>();
expectTypeOf(events("/chat", { decode: undefined, until: "[DONE]" })).toEqualTypeOf<EventStream>();
expectTypeOf(events("/chat", null)).toEqualTypeOf<EventStream>();

// `eventNames` adds names without decoders. With a single decoder, it lets code narrow the union by name.
const named = new EventSource("/events", { eventNames: ["update", "note"], decode: { update: schemas.zod } });
expectTypeOf(named).toEqualTypeOf<EventSource<{ update: Progress; note: string; message: string }>>();
expectTypeOf(events("/chat", { eventNames: ["update"] })).toEqualTypeOf<
  EventStream<{ update: string; message: string }>
>();
expectTypeOf(events("/chat", { eventNames: ["update"], decode: Number, onDecodeError: "yield" })).toEqualTypeOf<
  EventStream<{ update: number; message: number }, "yield">
>();
new FetchEventSource<Feed>("/events", { decode: "json", eventNames: ["update", "message"] });
// @ts-expect-error: a name that the map does not have
new FetchEventSource<Feed>("/events", { decode: "json", eventNames: ["upgrade"] });

// The schemas must match an explicit map.
new FetchEventSource<Feed>("/events", { decode: { update: schemas.valibot } });
// @ts-expect-error: the schema's output is another
new FetchEventSource<Feed>("/events", { decode: { update: z.object({ percent: z.string() }) } });
// @ts-expect-error: the schema's output is another, for one request
events<Feed>("/events", { decode: { update: z.object({ percent: z.string() }) } });
// @ts-expect-error: a decoder for an event that the map does not have
new EventSource<Feed>("/events", { decode: { update: "json", upgrade: "json" } });
// @ts-expect-error: no decoder
new FetchEventSource("/events", { decode: { update: "jsn" } });
// @ts-expect-error: no decoder
new FetchEventSource("/events", { decode: 7 });
// @ts-expect-error: a decoder gets text
new FetchEventSource("/events", { decode: { update: (data: number) => data } });

// A map of payloads of the type any is a map, though any would also match a decoder.
type Anything = ReturnType<typeof JSON.parse>;
expectTypeOf(new FetchEventSource<{ update: Anything }>("/", { decode: "json" })).toEqualTypeOf<
  FetchEventSource<{ update: Anything }>
>();

async function loops() {
  for await (const event of events("/chat", { decode: { update: schemas.zod }, onDecodeError: "yield" })) {
    if (event.type === "decodeerror") expectTypeOf(event).toEqualTypeOf<UndecodedEvent>();
    else if (event.type === "update") expectTypeOf(event.data).toEqualTypeOf<Progress>();
    else expectTypeOf(event.data).toEqualTypeOf<string>();
  }
  for await (const event of events<Feed>("/chat", { decode: "json", onDecodeError: "yield" })) {
    if (event.type === "decodeerror") expectTypeOf(event).toEqualTypeOf<UndecodedEvent>();
    else if (event.type === "update") expectTypeOf(event.data).toEqualTypeOf<Progress>();
  }
  for await (const event of events("/chat", { decode: Number, onDecodeError: "skip" })) {
    expectTypeOf(event).toEqualTypeOf<ServerSentEvent<string, number>>();
  }
  for await (const event of byZod.events({ onDecodeError: "yield", signal: AbortSignal.timeout(1000) })) {
    if ("error" in event) expectTypeOf(event).toEqualTypeOf<UndecodedEvent>();
    else if (event.type === "update") expectTypeOf(event.data).toEqualTypeOf<Progress>();
  }
  for await (const event of byZod.events()) {
    expectTypeOf(event).toEqualTypeOf<ServerSentEvent<"update", Progress> | ServerSentEvent<"message", string>>();
  }
  // @ts-expect-error: there is no such way
  byZod.events({ onDecodeError: "ignore" });
  // @ts-expect-error: there is no such way
  events("/chat", { onDecodeError: "ignore" });

  const stream = events("/chat", { decode: { update: schemas.zod }, onDecodeError: "yield" }).toReadableStream();
  expectTypeOf(stream).toEqualTypeOf<
    ReadableStream<ServerSentEvent<"update", Progress> | ServerSentEvent<"message", string> | UndecodedEvent>
  >();

  {
    using source = new FetchEventSource("/events");
    await using answer = events("/chat");
    using off = source.on("message", () => {});
    expectTypeOf(off).toBeCallableWith();
    await answer.next();
    await using other = new EventSource("/events");
    other.close();
  }
}

// `onError` of a listener gets decode errors.
byZod.on("update", () => {}, { onError: ({ type, data }) => expectTypeOf([type, data]).toEqualTypeOf<string[]>() });
// @ts-expect-error: no function
byZod.on("update", () => {}, { onError: "log" });
// @ts-expect-error: a listener must be a function
byZod.onAny({});

// `until` is data, or a function of the arriving event.
events("/chat", { until: ({ type, data }) => type === "done" || data === "[DONE]" });
new FetchEventSource<Feed>("/chat", { decode: "json", until: ({ data }) => data === "[DONE]" });
// @ts-expect-error: the answer is needed at once
events("/chat", { until: async () => true });

// A given stream.
declare const body: ReadableStream<Uint8Array>;
expectTypeOf(FetchEventSource.fromReadableStream(body)).toEqualTypeOf<FetchEventSource>();
expectTypeOf(FetchEventSource.fromReadableStream(body, { decode: { update: schemas.zod } })).toEqualTypeOf<
  FetchEventSource<Feed>
>();
expectTypeOf(FetchEventSource.fromReadableStream<Feed>(body, { decode: "json" })).toEqualTypeOf<
  FetchEventSource<Feed>
>();
// @ts-expect-error: the map has payloads that must be decoded
FetchEventSource.fromReadableStream<Feed>(body);
// @ts-expect-error: nothing is requested
FetchEventSource.fromReadableStream(body, { headers: {} });

// Subclasses with and without a map.
class Mine extends FetchEventSource<Feed> {
  constructor() {
    super("/events", { decode: { update: "json" } });
  }
  override close(): void {
    super.close();
  }
}
new Mine().on("update", (payload) => expectTypeOf(payload).toEqualTypeOf<Progress>());
class Plain extends EventSource {}
new Plain("/events").on("message", (payload) => expectTypeOf(payload).toEqualTypeOf<string>());

export function narrows(value: unknown, feed: globalThis.EventSource | FetchEventSource<Feed>) {
  if (value instanceof FetchEventSource) expectTypeOf(value.reconnectionTime).toEqualTypeOf<number>();
  if (feed instanceof FetchEventSource) feed.on("update", () => {});
}

// Our classes and instances are assignable to the browser's types.
export const classes: (typeof globalThis.EventSource)[] = [EventSource, FetchEventSource];
export const instances: globalThis.EventSource[] = [byZod, new Mine(), new EventSource("/events", { decode: "json" })];

export { loops };
