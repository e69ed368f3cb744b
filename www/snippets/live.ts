import { EventSource } from "eventsource-wasm";

type Feed = {
  welcome: { clients: number };
  customEvent: { id: number; time: string };
};

const source = new EventSource<Feed>("/events/live", {
  decode: { welcome: "json", customEvent: "json" },
});

source.on("customEvent", ({ id, time }) => {
  console.log(`${id} --- ${time}`);
});
source.on("article", (text) => {
  console.log(text.split("\n"));
});
source.onerror = () => {
  console.log(source.readyState); // 0 or 2
};

// Disconnect:
source.close();
