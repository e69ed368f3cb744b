/**
 * Sends many events and opens many connections in Chromium. Fails if events are lost, or if memory or sockets leak.
 *
 *     npm run soak -- [options]
 *
 *   --minutes 10      the duration of the feed
 *   --events 10000000
 *                     the number of events of the feed
 *   --connections 10000
 *                     the number of connections that are opened and closed
 */
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { setUpBuild } from "./setup.mjs";

const SOAK = "../tests/soak/soak.mjs";
const VERDICTS = "../tests/soak/verdicts.mjs";

/** ms between two printed lines. */
const INTERVAL = 5000;

await main(async () => {
  const order = readArguments();
  await setUpBuild();
  await build({ page: false });
  process.env.CHROMIUM = (await ensureBrowser()).chromium;
  // Imported here, since the packages that they import exist only after the set-up.
  const { soak } = await import(new URL(SOAK, import.meta.url).href);
  const { verdictsOf, count } = await import(new URL(VERDICTS, import.meta.url).href);

  const line = (...cells) => cells.map((cell) => String(cell).padStart(12)).join("");
  const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  console.log(line("", "events", "connections", "engine", "parser", "JS heap", "DOM heap", "sockets"));
  let due = 0;
  const report = await soak(order, (sample) => {
    const { time, events, connections, memory, heap, sockets } = sample;
    if (time < due) return;
    due = time + INTERVAL;
    const [engine = 0, parser = 0] = memory.map(mebibytes);
    const heaps = [heap.usedSize, heap.embedderHeapUsedSize + heap.backingStorageSize].map(mebibytes);
    console.log(
      line(`${(time / 1000).toFixed(1)} s`, count(events), count(connections), engine, parser, ...heaps, sockets),
    );
  });

  const { samples, version } = report;
  const { events, connections, time } = samples[samples.length - 1];
  const isWhole = events >= order.events && connections >= order.connections;
  const came = `${count(events)} events and ${count(connections)} connections in ${(time / 1000).toFixed(1)} s, ${version}`;
  const wanted = `${count(order.events)} and ${count(order.connections)}`;
  console.log(
    `\n${came}${isWhole ? "" : `\nThe time was too short for ${wanted}: the verdicts hold for the smaller load.`}\n`,
  );
  const verdicts = verdictsOf(report);
  for (const { what, passed, figures } of verdicts) console.log(`${passed ? "PASS" : "FAIL"}  ${what}: ${figures}`);
  const failed = verdicts.filter(({ passed }) => !passed).length;
  console.log(`\n${verdicts.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
});

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: "string", default: "2" },
        events: { type: "string", default: "10000000" },
        connections: { type: "string", default: "10000" },
      },
    });
    const order = {
      minutes: Number(values.minutes),
      events: Number(values.events),
      connections: Number(values.connections),
    };
    const wrong = Object.keys(order).find((option) => !(order[option] > 0));
    if (wrong !== undefined) throw new Error(`--${wrong} ${values[wrong]} is not a number above 0.`);
    return order;
  } catch (error) {
    throw new Problem(error.message, {
      advice: "npm run soak -- [--minutes 2] [--events 10000000] [--connections 10000]",
    });
  }
}
