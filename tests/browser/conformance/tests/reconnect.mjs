/** Losses, the reconnection time and the last event ID. */
import { bytes, check, equal, next, outcome, pause } from "../trial.mjs";

/** A reconnection time of 500 ms, the least that Firefox waits. */
const SOON = "retry: 500\n\n";
const ENDS = { body: SOON, ends: true };

/** The ID that a source sends when it reconnects after a stream with this body. */
async function idAfter(trial, body) {
  const url = trial.serve([{ body: SOON + body, ends: true }, ":\n"]);
  trial.open(url);
  return (await trial.untilRequests(url, 2))[1].lastEventId;
}

/** The time that a source waits, in ms. It uses the other host, where it need not wait for a free connection. */
async function wait(trial, body) {
  const url = trial.serve([{ body, ends: true }, ":\n"], { origin: trial.other });
  trial.open(url);
  const [first, second] = await trial.untilRequests(url, 2);
  return second.time - first.time;
}

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const reconnectTests = {
  "reconnect: the end of a stream is an error, then it opens again": async (trial) => {
    const source = trial.open(trial.serve([ENDS, ":\n"]));
    const heard = [];
    for (const type of ["open", "error"]) source.addEventListener(type, () => heard.push([type, source.readyState]));
    await next(source, "error");
    await next(source, "open");
    equal(heard, [
      ["open", 1],
      ["error", 0],
      ["open", 1],
    ]);
  },
  "reconnect: a stream that breaks off is an error, then it opens again": async (trial) => {
    const key = trial.key();
    const url = `${trial.own}/numbers?cut=2&total=4&retry=500&key=${key}`;
    const source = trial.open(url);
    const states = [];
    source.onerror = () => states.push(source.readyState);
    const data = [];
    source.onmessage = (event) => data.push(event.data);
    await next(source, "done");
    equal(data, ["1", "2", "3", "4"]);
    // The next request may fail too, on a connection that the browser has kept open.
    equal([...new Set(states)], [0]);
  },
  "reconnect: goes on after many losses": async (trial) => {
    const source = trial.open(
      trial.serve([{ body: `${SOON}data: 1\n\n`, ends: true }, { body: "data: 2\n\n", ends: true }, "data: 3\n\n"]),
    );
    for (const data of ["1", "2", "3"]) equal((await next(source, "message")).data, data);
  },
  "reconnect: a refusal after a reconnect closes": async (trial) => {
    for (const refusal of [{ status: 204 }, { status: 500 }, { headers: { "content-type": "text/plain" } }]) {
      const url = trial.serve([ENDS, { ends: true, ...refusal }]);
      const source = trial.open(url);
      await next(source, "error");
      equal(source.readyState, 0);
      await next(source, "error");
      equal(source.readyState, 2);
      equal((await trial.requests(url)).length, 2);
    }
  },
  "reconnect: a source that is closed in its error listener does not reconnect": async (trial) => {
    const url = trial.serve([ENDS, ":\n"]);
    const source = trial.open(url);
    await next(source, "error");
    source.close();
    await pause(900);
    equal([source.readyState, (await trial.requests(url)).length], [2, 1]);
  },
  "reconnect: a source that is closed while it waits does not reconnect": async (trial) => {
    const url = trial.serve([ENDS, ":\n"]);
    const source = trial.open(url);
    await next(source, "error");
    await pause(100);
    source.close();
    await pause(800);
    equal((await trial.requests(url)).length, 1);
  },
  "reconnect: a server that cannot be reached is an error": async (trial) => {
    // No browser connects to port 19.
    equal((await outcome(trial.open(trial.own.replace(/:\d+$/, ":19"))))[0], "error");
  },
  "reconnect: no message is repeated or lost": async (trial) => {
    const key = trial.key();
    const source = trial.open(`${trial.own}/numbers?end=3&total=9&retry=500&key=${key}`);
    const data = [];
    source.onmessage = (event) => data.push(Number(event.data));
    await next(source, "done");
    equal(data, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  },

  "retry: is the time between connections": async (trial) => {
    const time = await wait(trial, "retry: 900\n\n");
    check(time >= 890 && time < 2500, `${time} ms`);
  },
  "retry: applies at once, without a blank line": async (trial) => {
    const time = await wait(trial, "retry: 900\n");
    check(time >= 890 && time < 2500, `${time} ms`);
  },
  "retry: a value that is no number is ignored": async (trial) => {
    const time = await wait(trial, "retry: 700\nretry: 5000x\nretry: -1\nretry: 1e4\nretry:  4000\n\n");
    check(time >= 690 && time < 2500, `${time} ms`);
  },
  "retry: an empty value is ignored": async (trial) => {
    // 1800 ms is far from 500 ms and 3 s, which browsers use instead, also on a busy machine.
    const time = await wait(trial, "retry: 1800\nretry\nretry:\n\n");
    check(time >= 1790 && time < 2950, `${time} ms`);
  },
  "retry: a large value does not wrap": async (trial) => {
    const url = trial.serve([{ body: "retry: 4294967296000\n\n", ends: true }, ":\n"], { origin: trial.other });
    const source = trial.open(url);
    await next(source, "error");
    // A browser in which the value wraps would reconnect after half a second, or later on a busy machine.
    await Promise.race([trial.untilRequests(url, 2), pause(3000)]);
    equal([source.readyState, (await trial.requests(url)).length], [0, 1]);
  },

  "Last-Event-ID: is sent when it connects again": async (trial) =>
    equal(await idAfter(trial, "id: 7\ndata: 1\n\n"), "7"),
  "Last-Event-ID: is the ID of the last event": async (trial) => {
    equal(await idAfter(trial, "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: 3\n\n"), "2");
  },
  "Last-Event-ID: is not the ID of an event that was cut off": async (trial) => {
    equal(await idAfter(trial, "id: 1\ndata: 1\n\nid: 2\ndata: 2\n"), "1");
  },
  "Last-Event-ID: is not sent when it was reset": async (trial) => {
    equal(await idAfter(trial, "id: 1\ndata: 1\n\nid\ndata: 2\n\n"), null);
  },
  "Last-Event-ID: is not sent when it had a NUL": async (trial) =>
    equal(await idAfter(trial, "id: 1\0\ndata: 1\n\n"), null),
  "Last-Event-ID: is UTF-8 for any characters": async (trial) => {
    equal(await idAfter(trial, "id: é…☃🦀\ndata: 1\n\n"), "é…☃🦀");
  },
  "Last-Event-ID: has U+FFFD for bytes that are not UTF-8": async (trial) => {
    const url = trial.serve([{ ...bytes(`${SOON}id: a\xffb\ndata: 1\n\n`), ends: true }, ":\n"]);
    trial.open(url);
    const [, { headers }] = await trial.untilRequests(url, 2);
    // Each character of the header is one byte.
    equal(headers["last-event-id"], "a\xef\xbf\xbdb");
  },
  "Last-Event-ID: survives a stream without an ID": async (trial) => {
    const first = { body: `${SOON}id: 7\ndata: 1\n\n`, ends: true };
    const url = trial.serve([first, ENDS, "data: 3\n\n"]);
    const source = trial.open(url);
    await next(source, "message");
    equal((await next(source, "message")).lastEventId, "7");
    equal(
      (await trial.requests(url)).map(({ lastEventId }) => lastEventId),
      [null, "7", "7"],
    );
  },
};
