/** The ways to read a stream of events. `take` gets each event, and returns whether it was the last. */
import { events, FetchEventSource } from "eventsource-wasm";
import { createParser } from "eventsource-wasm/parser";

/** The size of a piece, in bytes. */
const PIECE = 64 * 1024;

/** @typedef {(type: string, data: string, id: string) => boolean} Take */
/** @type {Record<string, (url: string, types: string[], take: Take) => Promise<void>>} */
export const READERS = {
  on: (url, types, take) =>
    listen(url, (source, done) => {
      for (const type of types) {
        source.on(type, (data, event) => {
          if (take(event.type, data, event.lastEventId)) done();
        });
      }
    }),

  addEventListener: (url, types, take) =>
    listen(url, (source, done) => {
      for (const type of types) {
        source.addEventListener(type, (event) => {
          if (take(event.type, event.data, event.lastEventId)) done();
        });
      }
    }),

  async events(url, _types, take) {
    for await (const { type, data, lastEventId } of events(`${url}&end`)) take(type, data, lastEventId);
  },

  async createParser(url, _types, take) {
    const { body } = await fetch(`${url}&end`);
    const parser = createParser({ onEvent: ({ event = "message", data, id = "" }) => take(event, data, id) });
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      // Chromium sometimes gives up to two mebibytes at once, and the parser's room would grow to that size.
      for (let at = 0; at < value.length; at += PIECE) parser.feed(value.subarray(at, at + PIECE));
    }
    // The parser is not freed explicitly: the garbage collector frees its memory in the engine.
  },
};

function listen(url, addListeners) {
  return new Promise((resolve, reject) => {
    const source = new FetchEventSource(url);
    addListeners(source, () => {
      source.close();
      resolve();
    });
    source.onerror = ({ error }) => {
      source.close();
      reject(error);
    };
  });
}
