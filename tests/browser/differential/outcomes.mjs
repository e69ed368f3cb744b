/** The outcome of one stream: parsed by our parser, or read through a class with the interface of `EventSource`. */
import { createParser } from "../../support/package.mjs";

/**
 * @typedef {import("./streams.mjs").Stream} Stream
 * @typedef {{ type: string, data: string, lastEventId: string }} Message
 * @typedef {{ events: Message[], lastEventId: string, retry: number | undefined, thrown: unknown }} Parsed
 * @typedef {{ after: number, lastEventId: string | null }} Reconnect `after` ms, with this `Last-Event-ID`
 * @typedef {{ events: Message[], reconnect?: Reconnect | undefined }} Heard
 */

/** @param {Stream} stream @returns {Parsed} */
export function parse({ bytes, cuts }) {
  /** @type {Message[]} */
  const events = [];
  let lastEventId = "";
  let retry;
  const parser = createParser({
    onId: (id) => {
      lastEventId = id;
    },
    onEvent: ({ event: type = "message", data }) => events.push({ type, data, lastEventId }),
    onRetry: (time) => {
      retry = time;
    },
  });
  let thrown;
  try {
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      parser.feed(bytes.subarray(from, to));
      from = to;
    }
  } catch (error) {
    thrown = error;
  }
  return { events, lastEventId, retry, thrown };
}

/** The turn of hosts: sources at one host share six connections, so each source uses the next host. Hosts differ by port. */
let turn = 0;

/**
 * Reads a stream through a class to its end.
 *
 * @param {typeof EventSource} Source
 * @param {Stream} stream
 * @param {{ origins: string[], types: Set<string>, patience?: number }} how `types`: the possible event types.
 *   `patience`: the time, in ms, in which the source may reconnect
 * @returns {Promise<Heard>}
 */
export function hear(Source, stream, { origins, types, patience = 0 }) {
  turn += 1;
  const query = new URLSearchParams({ key: `${turn}`, body: base64url(stream.bytes), cuts: stream.cuts.join() });
  const source = new Source(`${origins[turn % origins.length]}/bytes?${query}`);
  return new Promise((resolve, reject) => {
    /** @type {Heard} */
    const heard = { events: [] };
    let openings = 0;
    let ended = 0;
    const done = () => {
      source.close();
      resolve(heard);
    };
    source.onopen = (event) => {
      // The stream may have an event of the name `open`.
      if (!(event instanceof MessageEvent)) openings += 1;
    };
    source.onerror = (event) => {
      if (event instanceof MessageEvent) return;
      if (openings === 0) {
        source.close();
        reject(new Error(`no stream from ${source.url}`));
      } else if (patience === 0 || openings > 1 || source.readyState === Source.CLOSED) done();
      else {
        ended = performance.now();
        setTimeout(done, patience);
      }
    };
    const take = ({ type, data, lastEventId }) => {
      if (openings < 2) heard.events.push({ type, data, lastEventId });
      else heard.reconnect = { after: performance.now() - ended, lastEventId: JSON.parse(data) };
    };
    for (const type of types) {
      source.addEventListener(type, (event) => {
        if (event instanceof MessageEvent) take(event);
      });
    }
  });
}

/**
 * All event names that a correct or wrong parser could find in the stream. A class delivers an event only to listeners of its
 * name, and an event that only one side finds must not be missed.
 *
 * @param {Uint8Array} bytes
 */
export function typesIn(bytes) {
  const types = new Set(["message", "again", "error", "open"]);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  for (const [, rest] of text.matchAll(/(?<=event)(?=([^\r\n]*))/g)) {
    for (const value of [rest, rest.replace(/^[^:]*:/, ""), rest.replace(/^[^:]*: /, "")]) {
      for (const type of [value, value.trim(), value.replaceAll("\0", ""), value.split("\0")[0]]) types.add(type);
    }
  }
  return types;
}

const base64url = (bytes) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
