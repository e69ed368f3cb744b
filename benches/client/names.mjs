/**
 * The compared clients, in the order of the tables. `package` is the npm package whose version is printed; a floor emits no
 * events.
 *
 * @type {Record<string, { title: string, package?: string, isOurs?: true, isFloor?: true }>}
 */
export const CLIENTS = {
  listener: { title: "ours: addEventListener", isOurs: true },
  on: { title: "ours: on", isOurs: true },
  events: { title: "ours: events", isOurs: true },
  browser: { title: "EventSource of the browser" },
  eventsource: { title: "eventsource", package: "eventsource" },
  polyfill: { title: "event-source-polyfill", package: "event-source-polyfill" },
  fetchEventSource: { title: "fetch-event-source", package: "@microsoft/fetch-event-source" },
  fetchEventStream: { title: "fetch-event-stream", package: "fetch-event-stream" },
  bytes: { title: "floor: bytes", isFloor: true },
  byob: { title: "floor: bytes, BYOB", isFloor: true },
  text: { title: "floor: text", isFloor: true },
};

/** The base of the second ratio of `addEventListener`: the other class on `fetch` that dispatches `MessageEvent`s. */
export const CLASS_ON_FETCH = "eventsource";

export const isPeer = (client) => !CLIENTS[client].isOurs && !CLIENTS[client].isFloor;
