import { CORPORA } from "../lib/corpora.mjs";
import { markdown, short, times } from "../lib/markdown.mjs";
import { CLASS_ON_FETCH, CLIENTS } from "./names.mjs";

/**
 * @typedef {{ time: number, thread: number }} Pair of the whole time and the main thread's time
 * @typedef {Pair & {
 *   least: number, ratio: Pair, ratioToClass: Pair, gap: number, longTasks: number, longestTask: number, rounds: number,
 *   deviation?: string,
 * }} Figure times in ns per event, `gap` and `longestTask` in ms; ratios NaN without a base
 * @typedef {{ bases: { time?: string, thread?: string }, figures: Record<string, Figure> }} Comparison of one corpus: the peer
 *   with the least time, the peer with the least main thread time, and figures by client
 * @typedef {Record<string, Comparison>} Results by corpus
 */

/** @param {string} title @param {Results} results */
export function tables(title, results) {
  const grid = (heading, cell) => [`${title}: ${heading}`, "", ...markdown(rows(results, cell)), ""];
  const like = `speed relative to the fastest other client; addEventListener also relative to ${CLIENTS[CLASS_ON_FETCH].title}`;
  return [
    ...grid("ns per event, median (fastest round)", ({ time, least }) => `${short(time)} (${short(least)})`),
    ...grid(like, (figure, client) => ratios(figure, client, "time")),
    ...grid("ns of the main thread per event, median", ({ thread }) => short(thread)),
    ...grid(`by the main thread's time: ${like}`, (figure, client) => ratios(figure, client, "thread")),
    ...grid("longest ms between two frames, median; long tasks per round (ms of the longest)", blocking),
    ...deviations(results),
  ].join("\n");
}

function ratios({ ratio, ratioToClass }, client, what) {
  const shown = [ratio[what], ...(client === "listener" ? [ratioToClass[what]] : [])];
  return shown.map((ratio) => (Number.isNaN(ratio) ? "" : times(ratio))).join(", ");
}

function blocking({ gap, longTasks, longestTask }) {
  return longTasks === 0 ? short(gap) : `${short(gap)}; ${short(longTasks)} (${short(longestTask)})`;
}

/**
 * The rows of a table: one per client, with a column per corpus.
 *
 * @param {Results} results
 * @param {(figure: Figure, client: string) => string} cell
 */
function rows(results, cell) {
  const columns = Object.keys(results);
  const clients = Object.keys(results[columns[0]].figures);
  return [
    ["", ...columns.map((corpus) => CORPORA[corpus].title)],
    ...clients.map((client) => [
      CLIENTS[client].title,
      ...columns.map((corpus) => {
        const figure = results[corpus].figures[client];
        return cell(figure, client) + (figure.deviation === undefined ? "" : "*");
      }),
    ]),
  ];
}

/** @param {Results} results */
function deviations(results) {
  const lines = Object.entries(results).flatMap(([corpus, { figures }]) =>
    Object.entries(figures).flatMap(([client, { deviation }]) =>
      deviation === undefined ? [] : `* ${CLIENTS[client].title}, ${CORPORA[corpus].title}: ${deviation}`,
    ),
  );
  if (lines.length === 0) return ["All clients emit the events of the standard."];
  return ["All clients emit the events of the standard, except in the cells marked *:", "", ...lines];
}
