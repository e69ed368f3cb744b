import { createEventServer } from "../../server/app.mjs";
import { loadVectors } from "../../support/vector-files.mjs";
import { openPage } from "../browsers.mjs";
import { runInPage } from "../reports.mjs";
import { startSite } from "../site.mjs";

/** The number of hosts. A browser opens six connections to each, and each port is a host. */
const HOSTS = 8;

/**
 * Compares the browser's own `EventSource` with ours on streams made from a seed.
 *
 * @param {{ browser: string, seed: number, streams: number, onProgress?: (line: string) => void }} options
 * @returns {Promise<import("./run.mjs").Report & { seed: number, browser: string }>}
 */
export async function differential({ browser, seed, streams, onProgress = () => {} }) {
  const site = await startSite();
  const servers = Array.from({ length: HOSTS }, () => createEventServer());
  const origins = await Promise.all(servers.map((server) => server.listen({ host: "127.0.0.1", port: 0 })));
  const opened = await openPage(browser, site.url);
  try {
    const order = { seed, streams, browser, origins, vectors: [...loadVectors().keys()] };
    const report = await runInPage(opened.page, {
      module: "/tests/browser/differential/run.mjs",
      order,
      what: `${browser}, ${streams} random streams of seed ${seed}`,
      onReport: (streams) => onProgress(`${streams} streams`),
    });
    return { ...report, seed, browser: opened.version };
  } finally {
    await opened.close();
    await Promise.all([site, ...servers].map((server) => server.close()));
  }
}

/** The result of a run, as readable lines. */
export function summary({ browser, seed, streams, events, fetched, reconnects, known, failures }) {
  const counts = `${streams} streams, ${events} events; ${fetched} through FetchEventSource too, ${reconnects} reconnects`;
  return [
    `${browser}, seed ${seed}: ${counts}`,
    ...Object.entries(known).map(([name, count]) => `${browser}, known, ${count} times: ${name}`),
    ...failures.flatMap(({ index, source, fault, minimal, ours, theirs }) => [
      `UNKNOWN, stream ${index}: ${source} and our parser differ: ${fault}`,
      `  stream: ${minimal}`,
      `  ours:   ${ours}`,
      `  theirs: ${theirs}`,
    ]),
  ];
}
