/**
 * The compared parsers, in the order of the tables. `package` is the npm package whose version is printed; a floor emits no
 * events.
 *
 * @type {Record<string, { title: string, package?: string, isFloor?: true }>}
 */
export const PARSERS = {
  ours: { title: "eventsource-wasm" },
  eventsourceParser: { title: "eventsource-parser", package: "eventsource-parser" },
  fetchEventSource: { title: "fetch-event-source", package: "@microsoft/fetch-event-source" },
  fetchEventStream: { title: "fetch-event-stream", package: "fetch-event-stream" },
  parseSse: { title: "parse-sse", package: "parse-sse" },
  decode: { title: "floor: decode", isFloor: true },
  decodeStream: { title: "floor: decode stream", isFloor: true },
};

/** The base of the ratios. */
export const BASE = "eventsourceParser";
