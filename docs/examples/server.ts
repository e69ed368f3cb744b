import { FetchEventSource } from "eventsource-wasm";
import { TestEventServer } from "eventsource-wasm/testing";

export const server = new TestEventServer();

const client = new FetchEventSource("https://api.test/events", {
  fetch: server.fetch,
  headers: { authorization: "Bearer abc" },
  lastEventId: "7",
});
client.onAny(({ type, data }) => console.log(type, data));
