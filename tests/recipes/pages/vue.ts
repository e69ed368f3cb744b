import { createApp, defineComponent, h, ref, shallowRef } from "vue";
import { useEventSource } from "../../../docs/recipes/vue.js";
import type { Driver, Feed } from "./driver.js";

const url = shallowRef<string>();
const heard: number[] = [];
let state: Driver["state"];

const Percent = defineComponent({
  setup() {
    const percent = ref(0);
    const { readyState, error } = useEventSource<Feed>(
      url,
      {
        update: (payload) => {
          heard.push(payload.percent);
          percent.value = payload.percent;
        },
      },
      { decode: "json", until: { event: "done" }, whenHidden: "pause" },
    );
    state = () => ({
      percent: document.querySelector("progress")?.value ?? -1,
      readyState: readyState.value,
      failed: error.value?.code,
    });
    return () => h("progress", { max: 100, value: percent.value });
  },
});

const app = createApp(Percent);
app.mount("#app");

window.driver = {
  heard,
  show(to) {
    url.value = to ?? undefined;
  },
  stop: () => app.unmount(),
  state: () => state(),
};
