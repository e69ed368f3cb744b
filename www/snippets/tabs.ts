import { SharedEventSource } from "eventsource-wasm/shared";

type Numbers = { number: { number: number } };
const url = "/resume?session=my-tabs";

const source = new SharedEventSource<Numbers>(url, {
  decode: { number: "json" },
});

source.on("number", ({ number }) => {
  // "leading", "following", "joining", "alone"
  console.log(number, source.shared);
});
