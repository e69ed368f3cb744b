/** The client's side, in a window or a worker: one source for each fault. */
import { FetchEventSource } from "/dist/index.js";

/** The time, in ms, after which an unfinished source has failed. */
const PATIENCE = 20_000;
/** The time, in ms, after the last event, in which no other event may come. */
const SILENCE = 200;

/**
 * @typedef {object} Job
 * @property {string} url
 * @property {number} total
 * @property {string} suffix
 * @property {number} repeat
 * @property {string} idSuffix
 * @property {Client} client
 *
 * @typedef {object} Client the options of the source. Some have another meaning here:
 * @property {"always" | "standard" | object} [retry] `always` retries each failure by a function, `standard` gives no option
 * @property {"renewed" | object} [headers] `renewed` is a function that makes valid credentials after a 401 or 403
 * @property {boolean} [reopens] whether another source follows after an end, from the last event on
 * @property {boolean} [ids] whether each event has an ID of its own; default true
 * @property {number} [patience]
 *
 * @typedef {{ wrong: string | undefined, codes: string[], time: number }} Outcome
 */

/** @param {{ jobs: Job[], atOnce: number }} order @param {(outcome: { index: number, outcome: Outcome }) => void} report */
export async function run({ jobs, atOnce }, report) {
  /** Unhandled errors and rejections. @type {string[]} */
  const stray = [];
  for (const type of ["error", "unhandledrejection"]) {
    addEventListener(type, (event) => stray.push(`${type}: ${event.reason ?? event.message}`));
  }
  const queue = [...jobs.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, job] = next;
      report({ index, outcome: await hear(job) });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { stray };
}

/** @param {Job} job @returns {Promise<Outcome>} */
async function hear({ url, total, suffix, repeat, idSuffix, client }) {
  const { reopens = false, ids = true, patience = PATIENCE, ...options } = client;
  const init = { ...withFunctions(options) };
  const rest = suffix.repeat(repeat);
  const begun = performance.now();
  const codes = new Set();
  let time = 0;
  /** Both ways to listen must get equal events. */
  const counts = { on: 0, addEventListener: 0 };
  let source;

  const wrong = await new Promise((resolve) => {
    const limit = setTimeout(() => {
      const { on, addEventListener } = counts;
      const latest = [...codes].at(-1) ?? "none";
      resolve(`${Math.min(on, addEventListener)} of ${total} events after ${patience} ms; last error: ${latest}`);
    }, patience);

    const take = (way, data, lastEventId) => {
      const number = ++counts[way];
      if (data !== number + rest) return resolve(`instead of event ${number}: ${shown(data)}`);
      if (ids && lastEventId !== number + idSuffix) return resolve(`event ${number} has the ID ${shown(lastEventId)}`);
      if (number < total || way === "on") return;
      time = performance.now() - begun;
      clearTimeout(limit);
      // A surplus event arrives by now.
      setTimeout(resolve, SILENCE);
    };

    const open = (lastEventId) => {
      source = new FetchEventSource(url, { ...init, lastEventId });
      source.on("message", (data, event) => take("on", data, event.lastEventId));
      source.addEventListener("message", (event) => take("addEventListener", event.data, event.lastEventId));
      source.addEventListener("error", ({ error }) => codes.add(error.code));
      const { closed } = source;
      closed.then((end) => {
        if (end.code === "closed") return;
        if (reopens) open(source.lastEventId);
        else resolve(`closed: ${end.code} ${end.error?.status ?? ""} at event ${counts.on}`);
      });
    };
    open("");
  });
  source.close();
  return { wrong, codes: [...codes], time };
}

/** @param {object} options */
function withFunctions({ retry = { initialDelay: 20, factor: 1 }, headers, ...others }) {
  return {
    ...others,
    retry: retry === "always" ? () => 20 : retry === "standard" ? undefined : retry,
    headers:
      headers === "renewed" ? ({ status }) => ({ authorization: status === undefined ? "old" : "new" }) : headers,
  };
}

const shown = (text) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
