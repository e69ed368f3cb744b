/** Streams of another origin. */
import { equal, next, outcome, pause } from "../trial.mjs";

const HELLO = "data: hello\n\n";
/** Headers that allow no other origin. */
const CLOSED = { "access-control-allow-origin": null, "access-control-allow-credentials": null };
const ANYONE = { ...CLOSED, "access-control-allow-origin": "*" };

const elsewhere = (trial, reply, query) => trial.serve(reply, { origin: trial.other, ...query });

/** Whether a source of another origin sends a cookie. The cookies of a host are the same for all its ports. */
async function cookies(trial, init) {
  await fetch(trial.serve({ headers: { "set-cookie": "elsewhere=1; Path=/" }, ends: true })).then((r) => r.text());
  const url = elsewhere(trial, HELLO);
  await next(trial.open(url, init), "open");
  return /elsewhere=1/.test((await trial.requests(url))[0].headers.cookie ?? "");
}

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const crossOriginTests = {
  "cross-origin: opens, and events have the server's origin": async (trial) => {
    const source = trial.open(elsewhere(trial, HELLO));
    const { data, origin } = await next(source, "message");
    equal([data, origin], ["hello", trial.other]);
  },
  "cross-origin: has an Origin header, and is not preflighted": async (trial) => {
    const url = elsewhere(trial, HELLO, { preflight: "refused" });
    await next(trial.open(url), "open");
    equal((await trial.requests(url))[0].headers.origin, trial.own);
  },
  "cross-origin: cookies are not sent": async (trial) => equal(await cookies(trial, undefined), false),
  "cross-origin: cookies are sent withCredentials": async (trial) => {
    equal(await cookies(trial, { withCredentials: true }), true);
  },
  "cross-origin: * allows any origin without credentials": async (trial) => {
    equal(await outcome(trial.open(elsewhere(trial, { headers: ANYONE, body: HELLO }))), ["open", 1]);
  },
  "cross-origin: a response that does not allow the origin is an error": async (trial) => {
    equal((await outcome(trial.open(elsewhere(trial, { headers: CLOSED, ends: true }))))[0], "error");
  },
  "cross-origin: a response that does not allow the origin closes": async (trial) => {
    equal(await outcome(trial.open(elsewhere(trial, { headers: CLOSED, ends: true }))), ["error", 2]);
  },
  "cross-origin: * is not enough with credentials": async (trial) => {
    const source = trial.open(elsewhere(trial, { headers: ANYONE, body: HELLO }), { withCredentials: true });
    equal((await outcome(source))[0], "error");
  },
  "cross-origin: * is not enough with credentials, and closes": async (trial) => {
    const source = trial.open(elsewhere(trial, { headers: ANYONE, body: HELLO }), { withCredentials: true });
    equal(await outcome(source), ["error", 2]);
  },
  "cross-origin: a redirect to another origin is followed": async (trial) => {
    const headers = { location: elsewhere(trial, HELLO) };
    equal(await outcome(trial.open(trial.serve({ status: 307, headers, ends: true }))), ["open", 1]);
  },
  "cross-origin: a refused status closes": async (trial) => {
    equal(await outcome(trial.open(elsewhere(trial, { status: 503, ends: true }))), ["error", 2]);
  },
  "cross-origin: reconnects": async (trial) => {
    const source = trial.open(elsewhere(trial, [{ body: "retry: 500\n\ndata: 1\n\n", ends: true }, "data: 2\n\n"]));
    equal((await next(source, "message")).data, "1");
    equal((await next(source, "message")).data, "2");
  },
  "cross-origin: reconnects with Last-Event-ID": async (trial) => {
    const url = elsewhere(trial, [{ body: "retry: 500\n\nid: 7\ndata: 1\n\n", ends: true }, HELLO]);
    trial.open(url);
    equal((await trial.untilRequests(url, 2))[1].lastEventId, "7");
  },
  "cross-origin: reconnects with Last-Event-ID without a preflight": async (trial) => {
    const first = { body: "retry: 500\n\nid: 7\ndata: 1\n\n", ends: true };
    const source = trial.open(elsewhere(trial, [first, HELLO], { preflight: "refused" }));
    equal(await outcome(source), ["open", 1]);
    await next(source, "error");
    equal(await outcome(source), ["open", 1]);
  },
  ...Object.fromEntries(
    Object.entries({ "is long": "7".repeat(129), "has other characters": "a(b)" }).map(([what, id]) => [
      `cross-origin: a Last-Event-ID that ${what} is preflighted`,
      async (trial) => {
        const first = { body: `retry: 500\n\nid: ${id}\ndata: 1\n\n`, ends: true };
        const url = elsewhere(trial, [first, HELLO], { preflight: "refused" });
        const source = trial.open(url);
        // The first error is the end of the stream. The second is the refused preflight, if the browser sends one.
        await next(source, "error");
        let isRefused = false;
        next(source, "error").then(() => {
          isRefused = true;
        });
        while (!isRefused && (await trial.requests(url)).length === 1) await pause(50);
        equal((await trial.requests(url)).length, 1);
      },
    ]),
  ),
};
