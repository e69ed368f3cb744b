import { FetchEventSource } from "eventsource-wasm";

type Push = { update: { count: number; total: number } };

const id = crypto.randomUUID();
const url = `/event/push?id=${id}`;
const source = new FetchEventSource<Push>(url, {
  decode: { update: "json" },
});

source.on("update", ({ count, total }) => {
  console.log(`${count} of ${total}`);
});
source.onopen = () => {
  fetch(`/event/progress?id=${id}`, { method: "POST" });
};

addEventListener("pagehide", () => {
  navigator.sendBeacon(`/event/remove?id=${id}`);
  source.close();
});
