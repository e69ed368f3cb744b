/**
 * Each parser behind one interface: it receives the chunks of a stream, repeated `times`, as one long stream, and calls `take`
 * for each event. Parsers that accept chunks are called chunk by chunk; parsers that accept only a `Response` read one with the
 * chunks as its body.
 */
import { getLines, getMessages } from "@microsoft/fetch-event-source/lib/esm/parse.js";
import { createParser as createEventSourceParser } from "eventsource-parser";
import { events } from "fetch-event-stream";
import { parseServerSentEvents } from "parse-sse";
import { createParser } from "../../dist/parser.js";

/**
 * @typedef {(type: string, data: string) => void} Take
 * @typedef {(chunks: Uint8Array[], times: number, take: Take) => void | Promise<void>} Parse
 */

/** @type {Record<string, Parse>} by the names of `names.mjs` */
export const PARSERS = {
  ours(chunks, times, take) {
    const parser = createParser({ onEvent: ({ event, data }) => take(event ?? "message", data) });
    for (let left = times; left > 0; left -= 1) for (const chunk of chunks) parser.feed(chunk);
  },

  eventsourceParser(chunks, times, take) {
    const decoder = new TextDecoder();
    const parser = createEventSourceParser({ onEvent: ({ event, data }) => take(event ?? "message", data) });
    for (let left = times; left > 0; left -= 1) {
      for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
    }
  },

  /** `getBytes` is left out, since it only reads a stream and passes the chunks on. */
  fetchEventSource(chunks, times, take) {
    const onLine = getMessages(ignore, ignore, ({ event, data }) => take(event || "message", data));
    const onChunk = getLines(onLine);
    for (let left = times; left > 0; left -= 1) for (const chunk of chunks) onChunk(chunk);
  },

  async fetchEventStream(chunks, times, take) {
    for await (const { event, data } of events(responseOf(chunks, times))) take(event ?? "message", data ?? "");
  },

  async parseSse(chunks, times, take) {
    for await (const { type, data } of parseServerSentEvents(responseOf(chunks, times))) take(type, data);
  },

  decode(chunks, times, take) {
    const decoder = new TextDecoder();
    for (let left = times; left > 0; left -= 1) {
      for (const chunk of chunks) take("", decoder.decode(chunk, { stream: true }));
    }
  },

  async decodeStream(chunks, times, take) {
    const { body } = /** @type {{ body: ReadableStream }} */ (responseOf(chunks, times));
    for await (const text of body.pipeThrough(new TextDecoderStream())) take("", text);
  },
};

function responseOf(chunks, times) {
  let left = chunks.length * times;
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(chunks[(chunks.length * times - left) % chunks.length]);
      left -= 1;
      if (left === 0) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function ignore() {}
