import { FetchEventSource } from "eventsource-wasm";

type Numbers = { number: { number: number } };

const url = "/resume?session=a1b2c3d4";
const source = new FetchEventSource<Numbers>(url, {
  decode: { number: "json" },
  retry: { initialDelay: 1000, maxDelay: 5000 },
});

source.on("number", ({ number }, event) => {
  console.log(number, event.lastEventId);
});
source.addEventListener("open", ({ response }) => {
  console.log(response.status, response.headers);
});
source.addEventListener("error", ({ error }) => {
  // code: "network", "ended", "status", ...
  console.log(error?.code, error?.status, error?.delay);
});
