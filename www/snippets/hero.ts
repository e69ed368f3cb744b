import { EventSource } from "eventsource-wasm";

type Feed = { customEvent: { id: number; time: string } };
const source = new EventSource<Feed>("/events/live", {
  decode: { customEvent: "json" },
});
//---
source.on("customEvent", ({ id, time }) => {
  console.log(`${id} --- ${time}`);
});
