/**
 * Each client behind one interface: it opens the URL, passes every event to `take`, and closes after the last event. The server
 * leaves the stream open, so that no client handles its end or reconnects.
 */
import { fetchEventSource } from "@microsoft/fetch-event-source";
import { EventSourcePolyfill } from "event-source-polyfill";
import { EventSource as EventSource5 } from "eventsource";
import { stream } from "fetch-event-stream";
import { events, FetchEventSource } from "../../dist/index.js";

/**
 * @typedef {(type: string, data: string, id: string) => boolean} Take returns whether the event was the last
 * @typedef {(url: string, types: string[], take: Take) => Promise<void>} Read `types`: the types of the events
 * @typedef {(url: string, take: (piece: string | Uint8Array) => boolean) => Promise<void>} ReadPieces
 */

/** @type {Record<string, Read>} by the names of `names.mjs` */
export const CLIENTS = {
  listener: listen(FetchEventSource),

  on: (url, types, take) =>
    new Promise((resolve, reject) => {
      const source = new FetchEventSource(url);
      const listener = (data, { type, lastEventId }) => {
        if (take(type, data, lastEventId)) close(source, resolve);
      };
      for (const type of types) source.on(type, listener);
      source.onerror = () => close(source, reject);
    }),

  async events(url, _types, take) {
    for await (const { type, data, lastEventId } of events(url)) if (take(type, data, lastEventId)) break;
  },

  browser: listen(EventSource),

  eventsource: listen(EventSource5),

  polyfill: listen(EventSourcePolyfill),

  fetchEventSource(url, _types, take) {
    const controller = new AbortController();
    return fetchEventSource(url, {
      signal: controller.signal,
      openWhenHidden: true,
      onmessage({ event, data, id }) {
        if (take(event || "message", data, id)) controller.abort();
      },
      onerror(error) {
        throw error;
      },
    });
  },

  async fetchEventStream(url, _types, take) {
    const controller = new AbortController();
    for await (const { event = "message", data = "", id = "" } of await stream(url, { signal: controller.signal })) {
      if (take(event, data, String(id))) break;
    }
    controller.abort();
  },
};

/** @type {Record<string, ReadPieces>} */
export const FLOORS = {
  bytes: (url, take) => read(url, take, (body) => reading(body.getReader())),

  byob: (url, take) =>
    read(url, take, (body) => {
      const reader = body.getReader({ mode: "byob" });
      let buffer = new ArrayBuffer(256 * 1024);
      return async () => {
        const { done, value } = await reader.read(new Uint8Array(buffer));
        buffer = value.buffer;
        return { done, value };
      };
    }),

  text: (url, take) => read(url, take, (body) => reading(body.pipeThrough(new TextDecoderStream()).getReader())),
};

/** Reads by a class with the interface of the browser's `EventSource`. @returns {Read} */
function listen(Class) {
  return (url, types, take) =>
    new Promise((resolve, reject) => {
      const source = new Class(url);
      const listener = ({ type, data, lastEventId }) => {
        if (take(type, data, lastEventId)) close(source, resolve);
      };
      for (const type of types) source.addEventListener(type, listener);
      source.onerror = () => close(source, reject);
    });
}

function close(source, settle) {
  source.close();
  settle();
}

const reading = (reader) => () => reader.read();

/** Reads a response. `toRead` returns the function that reads the next piece of the body. */
async function read(url, take, toRead) {
  const controller = new AbortController();
  const { body } = await fetch(url, { signal: controller.signal });
  const next = toRead(body);
  for (;;) {
    const { done, value } = await next();
    if (done || take(value)) break;
  }
  controller.abort();
}
