/** Behavior that `eventsource-wasm/fetch-event-source` shares with `@microsoft/fetch-event-source`. */
import { Mine } from "./trial.mjs";

const stream = (body, more = {}) => ({ body, ends: true, ...more });

/** A response that is no event stream. */
const page = (status = 200) => ({ status, headers: { "content-type": "text/html" }, body: "sorry", ends: true });

const mine = (message = "mine") => {
  throw new Mine(message);
};

const rethrow = (error) => {
  throw error;
};

/** @type {Record<string, import("./trial.mjs").Scenario>} */
export const AGREEMENTS = {
  "a message has an ID, a name and a time of its own or none, and the promise resolves at the end of the stream": {
    responses: [stream("id: 7\nevent: update\nretry: 30\ndata: one\n\ndata: two\n\nevent: message\ndata: three\n\n")],
  },
  "lines end by LF, CR or CRLF, and lines of data are joined": {
    responses: [stream("data: one\r\ndata: two\r\n\r\ndata:three\rdata:  four\r\rdata: five\n\n")],
  },
  "an unfinished message is discarded": { responses: [stream("data: one\n\ndata: two\n")] },
  "onopen has the response, and is waited for": {
    responses: [stream("data: one\n\n", { headers: { "x-answer": "yes" } })],
    onopen: async (response, { log }) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      log.push(["waited", response.headers.get("x-answer")]);
    },
  },
  "what onopen takes is read as a stream, whatever its status and type": {
    responses: [stream("data: one\n\n", { status: 418, headers: { "content-type": "text/plain" } })],
    onopen: () => {},
  },
  "onopen may read some of the body of what it takes": {
    responses: [stream("data: one\n\n")],
    onopen: async ({ body }) => {
      const reader = body.getReader();
      await reader.read();
      reader.releaseLock();
    },
  },
  "onopen may read the body of what it refuses": {
    responses: [page(403)],
    onopen: async (response) => mine(`mine: ${await response.text()}`),
    onerror: rethrow,
  },
  "onopen is asked for each connection": {
    responses: [page(503), stream("data: one\n\n")],
    onopen: (response) => {
      if (!response.ok) mine();
    },
    onerror: () => 10,
  },
  "without onopen, what is no event stream is an error": { responses: [page()], onerror: rethrow },
  "without onopen, it is asked for again": {
    responses: [page(500), page(404), stream("data: one\n\n")],
    onerror: () => 10,
  },
  "what onerror gives is the time to wait": {
    responses: [stream("retry: 10\ndata: one\n\n"), stream("data: two\n\n")],
    waits: 400,
    onclose: ({ log }) => log.length < 3 && mine(),
    onerror: () => 400,
  },
  "what onerror throws, the promise rejects with": {
    responses: [page()],
    onerror: () => mine("mine: another"),
  },
  "what onmessage throws goes to onerror, and nothing more is delivered": {
    responses: [stream("data: one\n\ndata: two\n\n")],
    onmessage: () => mine(),
    onerror: rethrow,
  },
  "a GET is sent again after what onmessage throws, with the ID of that message": {
    responses: [stream("id: 1\ndata: one\n\nid: 2\ndata: two\n\nid: 3\ndata: three\n\n"), stream("data: last\n\n")],
    onmessage: ({ id }) => id === "2" && mine(),
    onerror: () => 10,
  },
  "an end is a loss if onclose throws": {
    path: "/numbers",
    query: { end: 3, total: 7 },
    onmessage: ({ event }, { stop }) => event === "done" && stop.abort(),
    onclose: () => mine(),
    onerror: () => 10,
  },
  "what onclose throws may go through onerror": {
    responses: [stream("data: one\n\n")],
    onclose: () => mine(),
    onerror: rethrow,
  },
  "the server's retry is the time to wait, if onerror gives none": {
    responses: [stream("retry: 200\ndata: one\n\n"), stream("data: two\n\n")],
    waits: 200,
    onclose: ({ log }) => log.length < 3 && mine(),
  },
  "null is no time": {
    responses: [stream("retry: 200\ndata: one\n\n"), stream("data: two\n\n")],
    waits: 200,
    onclose: ({ log }) => log.length < 3 && mine(),
    onerror: () => null,
  },
  "without onerror a GET is sent again, after a second": {
    responses: [page(), stream("data: one\n\n")],
    waits: 1000,
    onerror: null,
  },
  "a server that is not there goes to onerror": {
    input: () => "http://127.0.0.1:1/",
    onerror: rethrow,
  },
  "an abort ends it, without a callback": {
    responses: [{ body: "data: one\n\n" }],
    onmessage: (_message, { stop }) => stop.abort(),
  },
  "an abort before the response ends it": {
    path: "/hang",
    meanwhile: ({ stop, arrived }) => arrived().then(() => stop.abort()),
  },
  "an abort between two connections ends it": {
    responses: [page()],
    onerror: (_error, { stop }) => {
      setTimeout(() => stop.abort(), 50);
      return 100_000;
    },
  },
  "an abort in onopen ends it": {
    responses: [stream("data: one\n\n")],
    onopen: (_response, { stop }) => stop.abort(),
  },
  "method, body and headers are sent with each request": {
    path: "/echo",
    init: { method: "POST", body: '{"prompt":"hello"}', headers: { "Content-Type": "application/json", "X-Own": "1" } },
    onmessage: ({ data }, { stop, log }) => {
      log.pop();
      const { method, body, headers } = JSON.parse(data);
      log.push([method, body, headers["content-type"], headers["x-own"], headers.accept]);
      stop.abort();
    },
  },
  "an own accept is sent instead": {
    path: "/echo",
    init: { headers: { accept: "text/plain" } },
    onmessage: ({ data }, { stop, log }) => {
      log.pop();
      log.push([JSON.parse(data).headers.accept]);
      stop.abort();
    },
  },
  "a last-event-id of the caller's is sent, until the stream has one": {
    path: "/numbers",
    query: { end: 2, total: 7 },
    init: { headers: { "last-event-id": "3" } },
    onmessage: ({ event }, { stop }) => event === "done" && stop.abort(),
    onclose: () => mine(),
    onerror: () => 10,
  },
  "an empty ID takes the last one back": {
    responses: [stream("id: 1\ndata: one\n\nid:\ndata: two\n\n"), stream("data: last\n\n")],
    onclose: ({ log }) => log.length < 5 && mine(),
    onerror: () => 10,
  },
  "a fetch of the caller's has the input and the headers as they were given, and may add to them": {
    path: "/echo",
    init: ({ log }) => ({
      method: "PUT",
      headers: { "X-Own": "1" },
      fetch: (input, init) => {
        log.push([typeof input, init.method, { ...init.headers }, init.signal instanceof AbortSignal]);
        return fetch(input, { ...init, headers: { ...init.headers, authorization: "Bearer fresh" } });
      },
    }),
    onmessage: ({ data }, { stop, log }) => {
      log.pop();
      const { headers } = JSON.parse(data);
      log.push([headers.authorization, headers["x-own"]]);
      stop.abort();
    },
  },
  "what a fetch of the caller's throws goes to onerror as it is": {
    init: { fetch: async () => mine() },
    onerror: rethrow,
  },
};
