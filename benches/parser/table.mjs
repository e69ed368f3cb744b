import { CHUNKINGS, CORPORA } from "../lib/corpora.mjs";
import { markdown, short, times } from "../lib/markdown.mjs";
import { BASE, PARSERS } from "./names.mjs";

/**
 * @typedef {{ median: number, least: number, ratio: number, rounds: number, deviation?: string }} Figure times in ns per
 *   event; `ratio`: speed relative to the base
 * @typedef {{ events: number, bytes: number, figures: Record<string, Record<string, Figure>> }} Comparison of one corpus:
 *   by chunking, then by parser
 * @typedef {Record<string, Comparison>} Results by corpus
 */

/** The tables of one runtime. @param {string} title @param {Results} results */
export function tables(title, results) {
  const grid = (heading, cell) => [heading, "", ...markdown(gridRows(results, cell)), ""];
  return [
    ...grid(
      `${title}: ns per event, median (fastest round)`,
      ({ median, least }) => `${short(median)} (${short(least)})`,
    ),
    ...grid(`${title}: MB/s, median`, ({ median }, { bytes, events }) => short((bytes / events / median) * 1000)),
    ...grid(`${title}: speed relative to ${PARSERS[BASE].title}`, (figure) => times(figure.ratio)),
    ...deviations(results),
  ].join("\n");
}

/** The mean ratio of each parser in each runtime, as a table. @param {{ title: string, results: Results }[]} runtimes */
export function summary(runtimes) {
  const rows = compared(runtimes[0].results).map(([parser, { title }]) => [
    title,
    ...runtimes.flatMap(({ results }) => {
      if (parser === BASE) return [times(1), ""];
      const cells = cellsOf(results, parser);
      const least = cells.reduce((a, b) => (a.ratio <= b.ratio ? a : b));
      const mean = Math.exp(cells.reduce((sum, cell) => sum + Math.log(cell.ratio), 0) / cells.length);
      return [times(mean), `${times(least.ratio)} ${CORPORA[least.corpus].title}, ${least.chunking}`];
    }),
  ]);
  const heads = runtimes.flatMap(({ title }) => [title.replace(/[ ,].*/, ""), "its lowest cell"]);
  const heading = `Speed relative to ${PARSERS[BASE].title}: geometric mean of all cells`;
  return [heading, "", ...markdown([["", ...heads], ...rows])].join("\n");
}

/** The parsers that were measured. @param {Results} results */
function compared(results) {
  const [byParser] = Object.values(Object.values(results)[0].figures);
  return Object.entries(PARSERS).filter(([parser]) => parser in byParser);
}

/** @param {Results} results @param {string} parser */
function cellsOf(results, parser) {
  return Object.entries(results).flatMap(([corpus, { figures }]) =>
    Object.entries(figures).map(([chunking, figure]) => ({
      corpus,
      chunking,
      ratio: figure[parser].ratio,
    })),
  );
}

/**
 * The rows of a table: one per chunking and parser, with a column per corpus.
 *
 * @param {Results} results
 * @param {(figure: Figure, comparison: Comparison) => string} cell
 */
function gridRows(results, cell) {
  const columns = Object.keys(results);
  const rows = Object.entries(CHUNKINGS).flatMap(([chunking, about]) => [
    [`**${about}**`, ...columns.map(() => "")],
    ...compared(results).map(([parser, { title }]) => [
      title,
      ...columns.map((corpus) => {
        const figures = results[corpus].figures[chunking];
        const mark = figures[parser].deviation === undefined ? "" : "*";
        return cell(figures[parser], results[corpus]) + mark;
      }),
    ]),
  ]);
  return [["", ...columns.map((corpus) => CORPORA[corpus].title)], ...rows];
}

/** @param {Results} results */
function deviations(results) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const [corpus, { figures }] of Object.entries(results)) {
    for (const [chunking, byParser] of Object.entries(figures)) {
      for (const [parser, { deviation }] of Object.entries(byParser)) {
        if (deviation === undefined) continue;
        const line = `* ${PARSERS[parser].title}, ${CORPORA[corpus].title}: ${deviation}`;
        found.set(line, [...(found.get(line) ?? []), chunking]);
      }
    }
  }
  if (found.size === 0) return ["All parsers emit the events of the standard, in every cell.", ""];
  const all = Object.keys(CHUNKINGS).length;
  const lines = [...found].map(([line, where]) => (where.length === all ? line : `${line} (${where.join(", ")})`));
  return ["All parsers emit the events of the standard, except in the cells marked *:", "", ...lines, ""];
}
