/** Requests as the server gets them, and the outcome of each response. */
import { equal, next, outcome, pause } from "../trial.mjs";

const HELLO = "data: hello\n\n";
const REDIRECTS = [301, 302, 303, 307, 308];
const REFUSALS = [204, 205, 206, 210, 299, 400, 401, 403, 404, 410, 429, 500, 502, 503, 504];

/** Content types, each with whether it is an event stream. @type {Record<string, boolean>} */
const TYPES = {
  "text/event-stream": true,
  "text/event-stream;": true,
  "text/event-stream ;charset=utf-8": true,
  "Text/Event-Stream": true,
  "text/event-stream;x=bogus": true,
  'text/event-stream;"': true,
  "text/event-streamx": false,
  "x bogus": false,
  "text/plain": false,
  "application/json": false,
  "text/x-bogus": false,
};

/** The only request of a source, as the server got it. */
async function request(trial, init) {
  const url = trial.serve(HELLO);
  await next(trial.open(url, init), "open");
  return (await trial.requests(url))[0];
}

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const requestTests = {
  "request: is a GET without a body": async (trial) => {
    const { method, body, headers } = await request(trial);
    equal([method, body, headers["content-length"] ?? null], ["GET", null, null]);
  },
  "request: accepts event streams": async (trial) => equal((await request(trial)).headers.accept, "text/event-stream"),
  "request: asks caches for a fresh response": async (trial) => {
    equal((await request(trial)).headers["cache-control"], "no-cache");
  },
  "request: has no Last-Event-ID at first": async (trial) => equal((await request(trial)).lastEventId, null),
  "request: is not answered from a cache": async (trial) => {
    const headers = { "cache-control": "public, max-age=3600" };
    const url = trial.serve([{ headers, body: "event: end\ndata: 1\n\n", ends: true }, "event: end\ndata: 2\n\n"]);
    const first = trial.open(url);
    equal((await next(first, "end")).data, "1");
    first.close();
    equal((await next(trial.open(url), "end")).data, "2");
  },
  "request: two sources of one URL are two requests": async (trial) => {
    const url = trial.serve(HELLO);
    await Promise.all([1, 2].map(() => next(trial.open(url), "message")));
    equal((await trial.requests(url)).length, 2);
  },
  "request: another method is refused by the server and closes": async (trial) => {
    equal(await outcome(trial.open(trial.serve({ status: 405, headers: { allow: "POST" }, ends: true }))), [
      "error",
      2,
    ]);
  },
  "request: cookies go to its own origin": async (trial) => {
    await fetch(trial.serve({ headers: { "set-cookie": "conformance=1; Path=/" }, ends: true })).then((r) => r.text());
    equal(/conformance=1/.test((await request(trial)).headers.cookie), true);
  },

  "response: opens before the first event": async (trial) => {
    equal(await outcome(trial.stream(":\n")), ["open", 1]);
  },
  ...Object.fromEntries(
    Object.entries(TYPES).map(([type, isStream]) => [
      `response: ${type} ${isStream ? "opens" : "closes"}`,
      async (trial) => {
        const source = trial.open(trial.serve({ headers: { "content-type": type }, body: HELLO, ends: true }));
        equal(await outcome(source), isStream ? ["open", 1] : ["error", 2]);
      },
    ]),
  ),
  "response: no content type closes": async (trial) => {
    equal(await outcome(trial.open(trial.serve({ headers: { "content-type": null }, body: HELLO, ends: true }))), [
      "error",
      2,
    ]);
  },
  ...Object.fromEntries(
    REFUSALS.map((status) => [
      `response: ${status} closes, and is not retried`,
      async (trial) => {
        const noBody = status === 204 || status === 205;
        // Without this header a 205 has a last chunk, which a browser may read as the start of the next response.
        const headers = status === 205 ? { "content-length": "0" } : {};
        const url = trial.serve([{ status, headers, body: noBody ? "" : `retry: 20\n\n${HELLO}`, ends: true }, HELLO]);
        const source = trial.open(url);
        source.onmessage = source.onopen = ({ type }) => equal(type, "error");
        equal(await outcome(source), ["error", 2]);
        await pause(100);
        equal((await trial.requests(url)).length, 1);
      },
    ]),
  ),
  ...Object.fromEntries(
    REDIRECTS.map((status) => [
      `response: ${status} is followed, and url stays`,
      async (trial) => {
        const url = trial.serve({ status, headers: { location: trial.serve(HELLO) }, ends: true });
        const source = trial.open(url);
        equal(await outcome(source), ["open", 1]);
        equal(source.url, url);
      },
    ]),
  ),
  "response: a redirect without a Location closes": async (trial) => {
    equal(await outcome(trial.open(trial.serve({ status: 302, headers: { location: null }, ends: true }))), [
      "error",
      2,
    ]);
  },
  "response: the origin of events is the origin of the final URL": async (trial) => {
    const location = trial.serve(HELLO, { origin: trial.other });
    const source = trial.open(trial.serve({ status: 302, headers: { location }, ends: true }));
    equal((await next(source, "message")).origin, trial.other);
  },
};
