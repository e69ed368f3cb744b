/**
 * Runs `fetchEventSource`, theirs or ours, against the event server of the tests, in Node or in a browser. The outcome has the
 * calls of callbacks, the end of the promise, and the requests that the server saw.
 */

/**
 * A scenario. Each callback is recorded, and then runs the function of the scenario. A callback that is null is not given. By
 * default all callbacks but `onopen` are given.
 *
 * @typedef {{ stop: AbortController, log: unknown[][], arrived: (count?: number) => Promise<void> }} Trial `arrived` waits
 *   until the server has seen this many requests, by default one.
 * @typedef {object} Scenario
 * @property {object[]} [responses] What `/responses` gives to the first request, the second, and all others.
 * @property {string} [path]
 * @property {Record<string, string | number>} [query]
 * @property {(url: string) => RequestInfo} [input]
 * @property {Record<string, unknown> | ((trial: Trial) => Record<string, unknown>)} [init]
 * @property {((response: Response, trial: Trial) => unknown) | null} [onopen]
 * @property {((message: { id: string, event: string, data: string }, trial: Trial) => unknown) | null} [onmessage]
 * @property {((trial: Trial) => unknown) | null} [onclose]
 * @property {((error: unknown, trial: Trial) => unknown) | null} [onerror]
 * @property {(trial: Trial) => void} [meanwhile] Called once the client has been called.
 * @property {number} [waits] Milliseconds between the two requests.
 * @property {number} [lingers] Milliseconds for which the server is watched after the end.
 * @property {number} [lasts] Milliseconds after the first request until the client is stopped, if it has not ended.
 * @property {boolean} [repeats] Whether the second request stops the client, too.
 *
 * @typedef {{ method: string, headers: Record<string, string>, body: string | null, lastEventId: string | null, time: number }} Seen
 * @typedef {{ log: unknown[][], requests: Seen[] }} Outcome
 */

/** The time limit of the first request, in milliseconds. */
const LATEST = 2000;

/** An error that a callback of a scenario throws. */
export class Mine extends Error {}

/**
 * @param {(input: RequestInfo, init: object) => Promise<void>} fetchEventSource
 * @param {string} base @param {Scenario} scenario @returns {Promise<Outcome>}
 */
export async function tryOut(fetchEventSource, base, scenario) {
  const {
    responses,
    path = "/responses",
    query = {},
    input = (/** @type {string} */ url) => url,
    lasts = 5000,
  } = scenario;
  const key = crypto.randomUUID();
  const url = new URL(path, base);
  url.search = String(
    new URLSearchParams({ key, ...(responses && { responses: JSON.stringify(responses) }), ...stringsOf(query) }),
  );
  /** @type {unknown[][]} */
  const log = [];
  const stop = new AbortController();
  let isOver = false;
  const arrived = async (count = 1) => {
    while (!isOver && (await seen(base, key)).length < count) await pause(10);
  };
  const trial = { stop, log, arrived };
  const note = (/** @type {unknown[]} */ ...entry) => isOver || log.push(entry);

  const init = {
    signal: stop.signal,
    ...callbacks(scenario, trial, note, () => isOver),
    ...made(scenario.init, trial),
  };
  const { reportError } = globalThis;
  globalThis.reportError = (error) => note("reported", nameOf(error));
  try {
    // Theirs may throw synchronously.
    const end = (async () => fetchEventSource(input(url.href), init))().then(
      () => note("resolved"),
      (error) => note("rejected", nameOf(error)),
    );
    scenario.meanwhile?.(trial);
    // On a busy machine a request may be slow. A request that cannot be made never arrives.
    const limits = [arrived().then(() => pause(lasts)), pause(lasts + LATEST)];
    if (scenario.repeats) limits.push(arrived(2));
    await Promise.race([end, ...limits]);
    if (scenario.lingers) await pause(scenario.lingers);
    const requests = await seen(base, key);
    return { log, requests };
  } finally {
    isOver = true;
    stop.abort();
    globalThis.reportError = reportError;
  }
}

export const pause = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));

/** The requests that the server got. @returns {Promise<Seen[]>} */
async function seen(base, key) {
  return (await (await fetch(new URL(`/seen?key=${key}`, base))).json()).requests;
}

function callbacks(scenario, trial, note, isOver) {
  const { onopen = null, onmessage = () => {}, onclose = () => {}, onerror = () => {} } = scenario;
  /** @type {Record<string, unknown>} */
  const given = {};
  if (onopen)
    given.onopen = async (response) => {
      note("open", response.status);
      await onopen(response, trial);
    };
  if (onmessage)
    given.onmessage = (message) => {
      note("message", message);
      return onmessage(message, trial);
    };
  if (onclose)
    given.onclose = () => {
      note("close");
      return onclose(trial);
    };
  if (onerror)
    given.onerror = (error) => {
      // In some cases, this is the only way to stop theirs.
      if (isOver()) throw error;
      note("error", nameOf(error));
      return onerror(error, trial);
    };
  return given;
}

const made = (init, trial) => (typeof init === "function" ? init(trial) : init);

const stringsOf = (record) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)]));

/** The text of an error to compare: messages of the scenarios' errors, as other messages differ in their words. */
const nameOf = (error) => (error instanceof Mine ? error.message : "a failure");
