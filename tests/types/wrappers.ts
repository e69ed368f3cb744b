/** Functions and hooks of users that take the options and pass them on. Only compiled, never run. */
import {
  type AnyDecode,
  type AnyEvents,
  type Decode,
  type DecodeOf,
  type EventMap,
  EventSource,
  type EventSourceInit,
  type EventStream,
  type EventsInit,
  type EventsInput,
  type EventsOf,
  events,
  FetchEventSource,
  type FetchEventSourceInit,
  type Inferred,
  type NameOf,
  type OnDecodeError,
  type OptionsFor,
  type Payload,
  type ReadableStreamInit,
  type UndecodedEvent,
} from "eventsource-wasm";
import { SharedEventSource, type SharedEventSourceInit } from "eventsource-wasm/shared";
import { expectTypeOf } from "expect-type";

type Progress = { percent: number };
type Feed = { update: Progress };
type Texts = { note: string };
declare const body: ReadableStream<Uint8Array>;

// `events()` takes its own options. With any `onDecodeError`, its items may be `UndecodedEvent`s.
type AnyInit<M extends EventMap = AnyEvents> = EventsInit<M, OnDecodeError>;
const ask = (url: string, init?: AnyInit) => events(url, init);
const askOrNull = (url: string, init: AnyInit | null | undefined) => events(url, init);
const askUntil = (url: string, init?: AnyInit) => events(url, { ...init, until: "[DONE]" });
const askInput = (input: EventsInput, mode: OnDecodeError) => events(input, { onDecodeError: mode });
const askMode = (url: string, mode?: OnDecodeError) => events(url, { onDecodeError: mode });
const askWithout = (url: string, init?: Omit<EventsInit, "onDecodeError">) => events(url, init);
const askFeed = (url: string, init: AnyInit<Feed>) => events<Feed>(url, init);
const askFeedUntil = (url: string, init: AnyInit<Feed>) => events<Feed>(url, { ...init, until: "[DONE]" });
for (const stream of [ask("/"), askOrNull("/", null), askUntil("/"), askInput("/", "skip"), askMode("/")]) {
  expectTypeOf(stream).toEqualTypeOf<EventStream<AnyEvents, "yield">>();
}
expectTypeOf(askWithout("/")).toEqualTypeOf<EventStream>();
expectTypeOf(askFeed("/", { decode: "json" })).toEqualTypeOf<EventStream<Feed, "yield">>();
expectTypeOf(askFeedUntil("/", { decode: "json" })).toEqualTypeOf<EventStream<Feed, "yield">>();
// By default, the options have no `onDecodeError: "yield"`.
const askText = (url: string, init?: EventsInit) => events(url, init);
const askTextUntil = (url: string, init?: EventsInit | null) => events(url, { ...init, until: "[DONE]" });
const askPayload = (url: string, init: EventsInit<Feed>) => events<Feed>(url, init);
expectTypeOf(askText("/")).toEqualTypeOf<EventStream>();
expectTypeOf(askTextUntil("/")).toEqualTypeOf<EventStream>();
expectTypeOf(askPayload("/", { decode: "json" })).toEqualTypeOf<EventStream<Feed>>();
// @ts-expect-error: the type of `onDecodeError` is written
askText("/", { onDecodeError: "yield" });
// A value that is written in place decides.
expectTypeOf(events("/", { onDecodeError: "skip" })).toEqualTypeOf<EventStream>();
expectTypeOf(events("/", { onDecodeError: undefined })).toEqualTypeOf<EventStream>();
expectTypeOf(events("/", { onDecodeError: "yield" })).toEqualTypeOf<EventStream<AnyEvents, "yield">>();

async function answers() {
  for await (const event of ask("/chat")) {
    // @ts-expect-error: an `UndecodedEvent` has no data
    event.data;
    if (!("error" in event)) expectTypeOf(event.data).toEqualTypeOf<string>();
  }
  for (const source of [new FetchEventSource("/events"), new EventSource("/events")]) {
    for await (const event of source.events({ onDecodeError: "yield" })) {
      // A server may name an event `decodeerror`, so the name does not narrow the type.
      if ("error" in event) expectTypeOf(event).toEqualTypeOf<UndecodedEvent>();
      else expectTypeOf(event.data).toEqualTypeOf<string>();
    }
  }
  const init: EventsInit = { body: "hello" };
  for await (const { data } of events("/chat", init)) expectTypeOf(data).toEqualTypeOf<string>();
}

// Each source takes its options, without a map and with one.
const plain = (url: string, init?: FetchEventSourceInit) => new FetchEventSource(url, init);
const plainNative = (url: string, init?: EventSourceInit | null) => new EventSource(url, init);
const plainShared = (url: string, init?: SharedEventSourceInit) => new SharedEventSource(url, init);
const plainGiven = (init?: ReadableStreamInit) => FetchEventSource.fromReadableStream(body, init);
expectTypeOf(plain).returns.toEqualTypeOf<FetchEventSource>();
expectTypeOf(plainNative).returns.toEqualTypeOf<EventSource>();
expectTypeOf(plainShared).returns.toEqualTypeOf<SharedEventSource>();
expectTypeOf(plainGiven).returns.toEqualTypeOf<FetchEventSource>();
const feed = (url: string, init: FetchEventSourceInit<Feed>) => new FetchEventSource<Feed>(url, init);
const feedNative = (url: string, init: EventSourceInit<Feed>) => new EventSource<Feed>(url, init);
const feedShared = (url: string, init: SharedEventSourceInit<Feed>) => new SharedEventSource<Feed>(url, init);
const feedGiven = (init: ReadableStreamInit<Feed>) => FetchEventSource.fromReadableStream<Feed>(body, init);
expectTypeOf(feed).returns.toEqualTypeOf<FetchEventSource<Feed>>();
expectTypeOf(feedNative).returns.toEqualTypeOf<EventSource<Feed>>();
expectTypeOf(feedShared).returns.toEqualTypeOf<SharedEventSource<Feed>>();
expectTypeOf(feedGiven).returns.toEqualTypeOf<FetchEventSource<Feed>>();
// With changes, and with options of the wrapper.
interface Settings extends FetchEventSourceInit<Feed> {
  isLoud?: boolean;
}
const feedLoud = (url: string, { isLoud, ...init }: Settings) =>
  new FetchEventSource<Feed>(url, { ...init, retry: { jitter: isLoud } });
const feedJson = (url: string, init?: Omit<FetchEventSourceInit<Feed>, "decode">) =>
  new FetchEventSource<Feed>(url, { ...init, decode: "json" });
feedLoud("/", { decode: "json", isLoud: true });
feedJson("/");
// Text needs no decoder.
const notes = (url: string, init?: FetchEventSourceInit<Texts>) => new FetchEventSource<Texts>(url, init);
notes("/");
// Options of one are options of the other, where they are the same.
feed("/", { decode: "json" } satisfies EventSourceInit<Feed>);
plain("/", {} satisfies EventSourceInit);

// A map with a payload that is not text requires `decode`, in the options too.
// @ts-expect-error: `update` must be decoded
const undecoded: FetchEventSourceInit<Feed> = { retry: {} };
// @ts-expect-error: `update` must be decoded
askFeed("/", {});
// @ts-expect-error: `update` must be decoded
feedShared("/", { replay: 7 });
// @ts-expect-error: `update` must be decoded
feedGiven({});
// @ts-expect-error: `update` must be decoded
feedNative("/", { decode: undefined });
// @ts-expect-error: a decoder for an event that the map does not have
const strange: EventSourceInit<Feed> = { decode: { upgrade: "json" } };
// @ts-expect-error: the decoder makes another payload
const wrong: FetchEventSourceInit<Feed> = { decode: { update: Number } };
// @ts-expect-error: no such option
const misspelt: FetchEventSourceInit<Feed> = { decode: "json", retries: 7 };

// For any map. The result has no written type: a call gives its map.
function connect<M extends EventMap>(url: string, init: FetchEventSourceInit<M>) {
  return new FetchEventSource<M>(url, { ...init, idleTimeout: 60_000 });
}
function connectNative<M extends EventMap>(url: string, init: EventSourceInit<M>) {
  return new EventSource<M>(url, init);
}
function connectShared<M extends EventMap>(url: string, init: SharedEventSourceInit<M>) {
  return new SharedEventSource<M>(url, init);
}
function connectGiven<M extends EventMap>(init: ReadableStreamInit<M>) {
  return FetchEventSource.fromReadableStream<M>(body, init);
}
function read<M extends EventMap>(url: string, init: EventsInit<M>) {
  return events<M>(url, init);
}
function readAny<M extends EventMap>(url: string, init: AnyInit<M>) {
  return events<M>(url, init);
}
expectTypeOf(connect<Feed>("/", { decode: "json" })).toEqualTypeOf<FetchEventSource<Feed>>();
expectTypeOf(connect<Texts>("/", {})).toEqualTypeOf<FetchEventSource<Texts>>();
expectTypeOf(connectNative<Feed>("/", { decode: "json" })).toEqualTypeOf<EventSource<Feed>>();
expectTypeOf(connectShared<Feed>("/", { decode: "json" })).toEqualTypeOf<SharedEventSource<Feed>>();
expectTypeOf(connectGiven<Feed>({ decode: "json" })).toEqualTypeOf<FetchEventSource<Feed>>();
expectTypeOf(read<Feed>("/", { decode: "json" })).toEqualTypeOf<EventStream<Feed>>();
expectTypeOf(readAny<Feed>("/", { decode: "json" })).toEqualTypeOf<EventStream<Feed, "yield">>();
// @ts-expect-error: `update` must be decoded
connect<Feed>("/", {});
// The wrapper may decode. Its result may be written with `EventsOf`.
function connectJson<M extends EventMap>(url: string, init?: Omit<FetchEventSourceInit<M>, "decode">) {
  return new FetchEventSource<M>(url, { ...init, decode: "json" });
}
function readJson<M extends EventMap>(url: string): EventStream<EventsOf<M, DecodeOf<M>>> {
  return events<M>(url, { decode: "json" });
}
expectTypeOf(connectJson<Feed>("/", { retry: {} })).toEqualTypeOf<FetchEventSource<Feed>>();
expectTypeOf(readJson<Feed>("/")).toEqualTypeOf<EventStream<Feed>>();

// With the inference of the constructor: its type parameters and its options.
function inferring<M extends EventMap = Inferred, D extends AnyDecode = DecodeOf<M>, N extends string = NameOf<M>>(
  url: string,
  ...init: OptionsFor<M, D, FetchEventSourceInit, N>
): FetchEventSource<EventsOf<M, D, N>> {
  return new FetchEventSource<M, D, N>(url, ...init);
}
expectTypeOf(inferring("/")).toEqualTypeOf<FetchEventSource>();
expectTypeOf(inferring("/", { decode: { count: Number } })).toEqualTypeOf<
  FetchEventSource<{ count: number; message: string }>
>();
expectTypeOf(inferring<Feed>("/", { decode: "json" })).toEqualTypeOf<FetchEventSource<Feed>>();
// @ts-expect-error: `update` must be decoded
inferring<Feed>("/");

// Code for any map takes the source.
function listen<M extends EventMap, K extends keyof M & string>(
  source: EventSource<M> | FetchEventSource<M> | SharedEventSource<M>,
  type: K,
  listener: (payload: Payload<M, K>) => void,
) {
  return source.on(type, listener);
}
listen(feed("/", { decode: "json" }), "update", (payload) => expectTypeOf(payload).toEqualTypeOf<Progress>());

// The types of the instances and the parameters follow from the classes.
expectTypeOf<InstanceType<typeof EventSource>>().toEqualTypeOf<EventSource>();
expectTypeOf<InstanceType<typeof FetchEventSource>>().toEqualTypeOf<FetchEventSource>();
expectTypeOf<InstanceType<typeof SharedEventSource>>().toEqualTypeOf<SharedEventSource>();
const construct = (...args: ConstructorParameters<typeof FetchEventSource>) => new FetchEventSource(...args);
construct("/", { retry: { jitter: true } });

// Options that are the same for all sources and for `events()`.
const common: Decode<Feed> = { update: "json" };
for (const Source of [EventSource, FetchEventSource, SharedEventSource] as const) {
  const source = new Source<Feed>("/", { decode: common, emptyData: "skip" });
  source.on("update", (payload) => expectTypeOf(payload).toEqualTypeOf<Progress>());
}
events("/", { emptyData: "skip" });
FetchEventSource.fromReadableStream(body, { emptyData: "decode" });
// @ts-expect-error: no such way
new FetchEventSource("/", { emptyData: "drop" });

export { answers, misspelt, strange, undecoded, wrong };
