/** `npm run bench:parser`: bytes to event objects, ours and others, in Node and in Chromium. */
import { mkdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { at, work } from "../../scripts/lib/paths.mjs";
import { Problem } from "../../scripts/lib/problem.mjs";
import { step } from "../../scripts/lib/progress.mjs";
import { inChromium } from "./chromium.mjs";
import { CORPORA } from "./corpora.mjs";
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
 * @param {{ runtime: string, corpus: string, parser: string, seconds: string }} options lists with commas, and how long each corpus may
 *   take in each runtime
 * @param {{ chromium: () => Promise<string> }} needs where Chromium is
 */
export async function benchParser(options, needs) {
  const runtimes = chosen("runtime", options.runtime, ["node", "chromium"]);
  const corpora = chosen("corpus", options.corpus, Object.keys(CORPORA));
  const parsers = chosen("parser", options.parser, Object.keys(PARSERS));
  if (!parsers.includes(BASE)) throw new Problem(`--parser must name ${BASE}, which all others are compared with.`);
  const seconds = Number(options.seconds);
  if (!(seconds > 0)) throw new Problem(`--seconds ${options.seconds} is not a number above 0.`);

  const load = loadavg()[0].toFixed(1);
  const bundle = await bundleAll();
  const done = [];
  for (const name of runtimes) {
    const runtime = name === "node" ? inNode(bundle) : await inChromium(bundle, await needs.chromium());
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

  console.log(`\n${machine(load)}\n${versions()}\n${legend(done[0].results)}\n`);
  for (const { title, results } of done) console.log(tables(title, results));
  console.log(summary(done));
}

function chosen(option, list, known) {
  const names = list.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new Problem(`--${option} ${unknown} is unknown.`, { advice: `Some of: ${known.join(",")}` });
}

/** One file with all parsers, so that both runtimes run the same code, and a build meanwhile changes nothing. */
async function bundleAll() {
  const { rolldown } = await import("rolldown");
  const folder = join(work, "bench");
  mkdirSync(folder, { recursive: true });
  const input = { parser: at("benches", "parser", "compare.mjs") };
  const bundle = await rolldown({ input, platform: "browser" });
  await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].mjs" });
  await bundle.close();
  return join(folder, "parser.mjs");
}

function machine(load) {
  const [{ model }, ...others] = cpus();
  return `${model.trim()}, ${others.length + 1} cores, ${process.platform} ${process.arch}; load when begun: ${load}`;
}

function versions() {
  const { packages } = JSON.parse(readFileSync(at("benches", "node_modules", ".package-lock.json"), "utf8"));
  const ours = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const peers = Object.values(PARSERS).flatMap((parser) => ("package" in parser ? parser.package : []));
  const list = peers.map((name) => `${name} ${packages[`node_modules/${name}`].version}`);
  return [`${ours.name} ${ours.version} (dist/ as it is)`, ...list].join(", ");
}

function legend(results) {
  const lines = Object.entries(results).map(([corpus, { events, bytes, figures }]) => {
    const [byParser] = Object.values(figures);
    const size = `${events} events, ${Math.round(bytes / events)} bytes each`;
    return `- ${CORPORA[corpus].title}: ${CORPORA[corpus].about}; ${size}; ${byParser.ours.rounds} rounds`;
  });
  return lines.join("\n");
}
