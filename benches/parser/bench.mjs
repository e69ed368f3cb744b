/** `npm run bench:parser`: measures our parser and other parsers from bytes to event objects, in Node and in Chromium. */
import { Problem } from "../../scripts/lib/problem.mjs";
import { step } from "../../scripts/lib/progress.mjs";
import { bundle } from "../lib/bundle.mjs";
import { CORPORA } from "../lib/corpora.mjs";
import { machine, versions } from "../lib/legend.mjs";
import { chosen, positive } from "../lib/options.mjs";
import { inChromium } from "./chromium.mjs";
import { BASE, PARSERS } from "./names.mjs";
import { inNode } from "./node.mjs";
import { summary, tables } from "./table.mjs";

export const OPTIONS = /** @type {const} */ ({
  runtime: { type: "string", default: "node,chromium" },
  corpus: { type: "string", default: Object.keys(CORPORA).join(",") },
  parser: { type: "string", default: Object.keys(PARSERS).join(",") },
  seconds: { type: "string", default: "10" },
});

/**
 * @param {{ runtime: string, corpus: string, parser: string, seconds: string }} options three lists with commas, and the time
 *   of each corpus in each runtime
 * @param {{ chromium: () => Promise<string> }} needs the path of Chromium
 */
export async function benchParser(options, needs) {
  const runtimes = chosen("runtime", options.runtime, ["node", "chromium"]);
  const corpora = chosen("corpus", options.corpus, Object.keys(CORPORA));
  const parsers = chosen("parser", options.parser, Object.keys(PARSERS));
  if (!parsers.includes(BASE)) throw new Problem(`--parser must include ${BASE}, the base of the ratios.`);
  const seconds = positive("seconds", options.seconds);

  const header = machine();
  const module = await bundle("parser", "compare.mjs");
  const done = [];
  for (const name of runtimes) {
    const runtime = name === "node" ? inNode(module) : await inChromium(module, await needs.chromium());
    /** @type {import("./table.mjs").Results} */
    const results = {};
    try {
      for (const corpus of corpora) {
        results[corpus] = await step(`${name}: ${corpus}`, () => runtime.compare({ corpus, parsers, seconds }));
      }
    } finally {
      await runtime.close();
    }
    done.push({ title: runtime.title, results });
  }

  console.log(`\n${header}\n${versions(PARSERS)}\n${legend(done[0].results)}\n`);
  for (const { title, results } of done) console.log(tables(title, results));
  console.log(summary(done));
}

function legend(results) {
  const lines = Object.entries(results).map(([corpus, { events, bytes, figures }]) => {
    const [byParser] = Object.values(figures);
    const size = `${events} events, ${Math.round(bytes / events)} bytes each`;
    return `- ${CORPORA[corpus].title}: ${CORPORA[corpus].about}; ${size}; ${byParser.ours.rounds} rounds`;
  });
  return lines.join("\n");
}
