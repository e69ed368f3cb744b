/** Answers the orders of the test, in each place of the extension. */
import * as main from "../../../dist/index.js";
import * as js from "../../../dist/js.js";
import * as jsParser from "../../../dist/parser/js.js";
import * as parser from "../../../dist/parser.js";
import { compiles, deliver } from "../deliveries/deliver.mjs";

/** Extensions import the entries statically: a service worker has no `import()`. */
const ENTRIES = { main: { ...main, ...parser }, js: { ...js, ...jsParser } };

/** The functions that carry out orders. */
const ORDERS = {
  ready: () => true,

  /** Returns the deliveries, and whether WebAssembly runs here. */
  deliver: async ({ entries, server }) => ({
    delivered: await deliver(ENTRIES[entries], server),
    compiles: compiles(),
  }),

  /** Returns whether sources and errors are instances of their classes. */
  async classes({ entries, server }) {
    const { EventSource, FetchEventSource, SourceErrorEvent } = ENTRIES[entries];
    const source = new FetchEventSource(`${server}/answer?status=404`);
    const event = await new Promise((resolve) => source.addEventListener("error", resolve));
    const own = new EventSource(`${server}/body`);
    own.close();
    return [
      source instanceof FetchEventSource,
      event instanceof SourceErrorEvent && event.status,
      own instanceof EventSource && (await own.closed).code,
    ];
  },
};

/** Carries out an order. */
export async function answer(order) {
  try {
    return { value: await ORDERS[order.name](order) };
  } catch (error) {
    return { error: String(error) };
  }
}

/** Answers the orders for this place that come as messages. */
export function answerMessages(place) {
  globalThis.chrome.runtime.onMessage.addListener((order, _sender, respond) => {
    if (order.place !== place) return false;
    answer(order).then(respond);
    // True means that the answer comes later.
    return true;
  });
}
