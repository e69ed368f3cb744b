/**
 * The differences of `eventsource-wasm/fetch-event-source` from `@microsoft/fetch-event-source`: faults of theirs, and other
 * differences that a caller may notice. `look` gives `theirs` for their client, and `ours` for our client.
 */
import { Mine, pause } from "./trial.mjs";

/**
 * @typedef {import("./trial.mjs").Scenario & {
 *   look: (outcome: import("./trial.mjs").Outcome) => unknown, theirs: unknown, ours: unknown, because?: string,
 * }} Difference
 */

const stream = (body, more = {}) => ({ body, ends: true, ...more });
const page = (status) => ({ status, headers: { "content-type": "text/html" }, body: "sorry", ends: true });
const mine = () => {
  throw new Mine("mine");
};
const rethrow = (error) => {
  throw error;
};
const soon = () => 10;

const steps = ({ log }) => log.map(([step]) => step);
const data = ({ log }) => log.filter(([step]) => step === "message").map(([, message]) => message.data);
/** Whether the request was repeated at once. Without `retry`, the next request is due after a second. */
const isRepeated = ({ requests: [first, second] }) => second !== undefined && second.time - first.time < 900;
const last = ({ log }) => log.at(-1);
const post = { method: "POST", body: "{}" };

/** A scenario that records a header from the event `request` of `/echo`. */
const echo = (name, init) => ({
  path: "/echo",
  init,
  onmessage: (message, { stop, log }) => {
    log.push(["sent", JSON.parse(message.data).headers[name] ?? null]);
    stop.abort();
  },
  look: ({ log }) => log.find(([step]) => step === "sent")?.[1],
});

const { set } = Uint8Array.prototype;
const LINE = 256;

/** A line of many chunks of 1 KiB. The log has how many of them JavaScript copies. */
const longLine = {
  init: ({ log }) => ({
    fetch: async () => {
      let copied = 0;
      Uint8Array.prototype.set = function (source, offset) {
        copied += source.length;
        set.call(this, source, offset);
      };
      const chunks = ["data:", ...Array(LINE).fill("x".repeat(1024)), "\n\n"].map((text) =>
        new TextEncoder().encode(text),
      );
      const body = new ReadableStream({
        pull(controller) {
          const chunk = chunks.shift();
          if (chunk) return controller.enqueue(chunk);
          Uint8Array.prototype.set = set;
          log.push(["copied", copied / 1024]);
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
  }),
  look: (outcome) => [data(outcome)[0].length, outcome.log.find(([step]) => step === "copied")?.[1] > 2 * LINE],
};

/** @type {Record<string, Difference>} */
export const FAULTS = {
  "a signal that has aborted already sends no request": {
    responses: [stream("data: one\n\n")],
    init: { signal: AbortSignal.abort() },
    look: ({ log, requests }) => [steps({ log }), requests.length],
    theirs: [["message", "close", "resolved"], 1],
    ours: [["resolved"], 0],
  },
  "an abort in onmessage delivers nothing more": {
    responses: [{ body: "data: one\n\ndata: two\n\n" }],
    onmessage: (_message, { stop }) => stop.abort(),
    look: data,
    theirs: ["one", "two"],
    ours: ["one"],
  },
  "an abort in onerror makes no new request": {
    responses: [page(500)],
    onerror: (_error, { stop }) => {
      stop.abort();
      return 10;
    },
    lingers: 150,
    look: (outcome) => [steps(outcome).includes("resolved"), isRepeated(outcome)],
    theirs: [true, true],
    ours: [true, false],
  },
  "a POST is not sent again for what onmessage throws": {
    responses: [stream("retry: 10\ndata: one\n\n")],
    init: post,
    onmessage: mine,
    repeats: true,
    lasts: 1500,
    look: (outcome) => [isRepeated(outcome), last(outcome)[0]],
    theirs: [true, "error"],
    ours: [false, "rejected"],
  },
  "a POST is not sent again for a lost connection": {
    path: "/numbers",
    query: { cut: 1, retry: 10 },
    init: post,
    onerror: null,
    repeats: true,
    lasts: 1500,
    look: (outcome) => [isRepeated(outcome), last(outcome)[0]],
    theirs: [true, "message"],
    ours: [false, "rejected"],
  },
  "a 204 is the end": {
    responses: [{ status: 204, headers: { "content-type": null }, ends: true }],
    onerror: soon,
    repeats: true,
    lasts: 1500,
    look: (outcome) => [isRepeated(outcome), last(outcome)[0]],
    theirs: [true, "error"],
    ours: [false, "resolved"],
  },
  "a 204 that onopen refuses is the end too": {
    responses: [{ status: 204, headers: { "content-type": null }, ends: true }],
    onopen: mine,
    onerror: soon,
    repeats: true,
    lasts: 1500,
    look: (outcome) => [isRepeated(outcome), last(outcome)[0]],
    theirs: [true, "error"],
    ours: [false, "rejected"],
  },
  "the ID of a message that was cut is not that of the last": {
    path: "/numbers",
    query: { cut: 2, total: 4, retry: 10 },
    onmessage: ({ event }, { stop }) => event === "done" && stop.abort(),
    look: (outcome) => data(outcome).filter((text) => text !== ""),
    theirs: ["1", "2", "4"],
    ours: ["1", "2", "3", "4"],
  },
  "a long line is not copied anew for each chunk": { ...longLine, theirs: [2 ** 18, true], ours: [2 ** 18, false] },
  "a time beyond 31 bits does not wrap": {
    responses: [stream("retry: 3000000000\ndata: one\n\n")],
    onclose: mine,
    repeats: true,
    lasts: 1500,
    look: isRepeated,
    theirs: true,
    ours: false,
  },
  "a retry that is no number is ignored": {
    responses: [stream("retry: 10 seconds\ndata: one\n\n")],
    onclose: mine,
    repeats: true,
    lasts: 1500,
    look: isRepeated,
    theirs: true,
    ours: false,
  },
  "an ID beyond Latin-1 is sent as UTF-8": {
    responses: [stream("id: ☃\ndata: one\n\n"), stream("data: two\n\n")],
    onclose: ({ log }) => log.length < 3 && mine(),
    onerror: soon,
    lasts: 300,
    look: ({ requests }) => requests.map(({ lastEventId }) => lastEventId),
    theirs: [null],
    ours: [null, "☃"],
  },
  "an ID with NUL is ignored": {
    responses: [stream("id: a\0b\ndata: one\n\n"), stream("data: two\n\n")],
    onclose: ({ log }) => log.length < 3 && mine(),
    onerror: soon,
    lasts: 300,
    look: ({ requests }) => requests.map(({ lastEventId }) => lastEventId),
    theirs: [null],
    ours: [null, null],
  },
  "a U+FEFF in the data stays, as does an empty first line": {
    responses: [stream("data:\ndata: \ufefftwo\n\n")],
    look: data,
    theirs: ["two"],
    ours: ["\n\ufefftwo"],
  },
  "a field without a colon is one": {
    responses: [stream("data: one\ndata\n\n")],
    look: data,
    theirs: ["one"],
    ours: ["one\n"],
  },
  "an instance of Headers is sent too": {
    ...echo("x-own", { headers: new Headers({ "x-own": "1" }) }),
    theirs: null,
    ours: "1",
  },
  "an Accept in whatever case is sent alone": {
    ...echo("accept", { headers: { Accept: "text/plain" } }),
    theirs: "text/plain, text/event-stream",
    ours: "text/plain",
  },
  "the headers of a Request are sent too": {
    ...echo("x-own", {}),
    input: (url) => new Request(url, { headers: { "x-own": "1" } }),
    theirs: null,
    ours: "1",
  },
  "a Request with a body can be sent again": {
    responses: [page(503), stream("data: one\n\n")],
    input: (url) => new Request(url, { method: "POST", body: "{}" }),
    onerror: soon,
    lasts: 300,
    look: (outcome) => [outcome.requests.map(({ body }) => body), data(outcome)],
    theirs: [["{}"], []],
    ours: [["{}", "{}"], ["one"]],
  },
  "the signal of a Request counts": {
    responses: [{ body: "data: one\n\n" }],
    input: (url) => new Request(url, { signal: AbortSignal.timeout(100) }),
    init: { signal: undefined },
    lasts: 400,
    look: last,
    theirs: ["message", { data: "one", event: "", id: "", retry: undefined }],
    ours: ["resolved"],
  },
  "a request that cannot be made is no loss": {
    init: { headers: { "no header": "1" } },
    onerror: soon,
    lasts: 200,
    look: (outcome) => last(outcome)[0],
    theirs: "error",
    ours: "rejected",
  },
  "an onerror that is asynchronous, although it must not be, makes no loop": {
    responses: [page(500)],
    onerror: async () => {},
    repeats: true,
    lasts: 1500,
    look: isRepeated,
    theirs: true,
    ours: false,
  },
  "an onerror that is asynchronous, although it must not be, can give up": {
    responses: [page(500)],
    // A rejected promise, as of an async function, but handled, because theirs does not handle it.
    onerror: (error) => {
      const answer = Promise.reject(error);
      answer.catch(() => {});
      return answer;
    },
    lasts: 300,
    look: (outcome) => last(outcome)[0],
    theirs: "error",
    ours: "rejected",
  },
  "an onerror that is asynchronous, although it must not be, can give up with another error, for a POST too": {
    responses: [page(500)],
    init: post,
    onerror: () => {
      const answer = pause(50).then(mine);
      answer.catch(() => {});
      return answer;
    },
    lasts: 300,
    look: last,
    theirs: ["error", "a failure"],
    ours: ["rejected", "mine"],
  },
  "what a callback throws is reported if nobody else hears of it": {
    responses: [stream("data: one\n\n")],
    onmessage: mine,
    onerror: null,
    lasts: 300,
    look: last,
    theirs: ["message", { data: "one", event: "", id: "", retry: undefined }],
    ours: ["reported", "mine"],
  },
};

/** @type {Record<string, Difference>} */
export const DIFFERENCES = {
  "what has no data is no message": {
    because: "the standard dispatches no event without data, such as comments that keep a connection alive",
    responses: [stream(": comment\n\nevent: end\n\nretry: 50\n\nid: 7\n\ndata: one\n\n")],
    look: ({ log }) => log.filter(([step]) => step === "message").map(([, message]) => message),
    theirs: [
      { data: "", event: "", id: "", retry: undefined },
      { data: "", event: "end", id: "", retry: undefined },
      { data: "", event: "", id: "", retry: 50 },
      { data: "", event: "", id: "7", retry: undefined },
      { data: "one", event: "", id: "", retry: undefined },
    ],
    ours: [{ data: "one", event: "", id: "", retry: 50 }],
  },
  "without onopen, the status must be 200 and the type just text/event-stream": {
    because: "a stream with an error status is an error page",
    responses: [stream("data: one\n\n", { status: 500 })],
    onerror: rethrow,
    look: steps,
    theirs: ["message", "close", "resolved"],
    ours: ["error", "rejected"],
  },
  "a POST for which onerror gives no time is not sent again": {
    because: "the server may have handled the first POST",
    responses: [page(503), stream("data: one\n\n")],
    init: post,
    onerror: () => undefined,
    lasts: 1500,
    look: ({ requests }) => requests.length,
    theirs: 2,
    ours: 1,
  },
  "nothing comes from the browser's cache": {
    because: "an event stream must not be cached",
    init: ({ log }) => ({
      fetch: async (_input, init) => {
        log.push(["cache", init.cache]);
        return new Response(new Uint8Array(), { headers: { "content-type": "text/event-stream" } });
      },
    }),
    look: ({ log }) => log[0],
    theirs: ["cache", undefined],
    ours: ["cache", "no-store"],
  },
  "what the client itself finds is an EventSourceError": {
    because: "code that handles errors need not parse messages",
    responses: [page(418)],
    onerror: (error, { log }) => {
      log.push(["is", error.code, error.status, error.bodyPrefix]);
      throw error;
    },
    look: ({ log }) => log.find(([step]) => step === "is"),
    theirs: ["is", undefined, undefined, undefined],
    ours: ["is", "status", 418, "sorry"],
  },
  "a time to wait that is none is a TypeError": {
    because: "a timer treats it as 0, which causes a loop of requests",
    responses: [page(500)],
    onerror: () => Number.NaN,
    repeats: true,
    lasts: 1500,
    look: (outcome) => [isRepeated(outcome), last(outcome)[0]],
    theirs: [true, "error"],
    ours: [false, "rejected"],
  },
  "Retry-After counts if onerror gives no time": {
    because: "the server names the time of its recovery",
    responses: [
      { ...page(503), headers: { "content-type": "text/html", "retry-after": "3" } },
      stream("data: one\n\n"),
    ],
    lasts: 1500,
    look: ({ requests }) => requests.length,
    theirs: 2,
    ours: 1,
  },
};
