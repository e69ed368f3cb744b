import { get, writable } from "svelte/store";
import { eventStore, type Live } from "../../../docs/recipes/svelte.js";
import type { Feed } from "./driver.js";

const url = writable("");
const heard: number[] = [];
const percent = eventStore<number, Feed>(
  url,
  0,
  (_, event) => {
    heard.push(event.data.percent);
    return event.data.percent;
  },
  { decode: "json", until: { event: "done" }, whenHidden: "pause" },
);

let shown: Live<number> | undefined;
const bar = document.getElementById("app")?.appendChild(document.createElement("progress")) as HTMLProgressElement;
bar.max = 100;
let stops: (() => void)[] = [];

window.driver = {
  heard,
  show(to) {
    url.set(to ?? get(url));
    if (stops.length > 0) return;
    // Two subscribers, as from two components.
    stops = [1, 2].map(() =>
      percent.subscribe((live) => {
        shown = live;
        bar.value = live.value;
      }),
    );
  },
  stop() {
    for (const stop of stops) stop();
    stops = [];
  },
  state: () => ({ percent: bar.value, readyState: shown?.readyState ?? -1, failed: shown?.error?.code }),
};
