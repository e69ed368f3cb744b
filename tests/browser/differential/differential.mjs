import { createEventServer } from "../../server/app.mjs";
import { loadVectors } from "../../support/vector-files.mjs";
import { openPage } from "../browsers.mjs";
import { startSite } from "../site.mjs";

/** As a browser opens six connections to each; two ports are two hosts. */
const HOSTS = 8;

/**
 * Compares the browser's own `EventSource` with ours on streams made from a seed.
 *
 * @param {{ browser: string, seed: number, streams: number }} options
 */
export async function differential({ browser, seed, streams }) {
  const site = await startSite();
  const servers = Array.from({ length: HOSTS }, () => createEventServer());
  const origins = await Promise.all(servers.map((server) => server.listen({ host: "127.0.0.1", port: 0 })));
  const opened = await openPage(browser, site.url);
  try {
    const order = { seed, streams, browser, origins, vectors: [...loadVectors().keys()] };
    return { ...(await opened.page.evaluate(runInPage, order)), seed, browser: opened.version };
  } finally {
    await opened.close();
    await Promise.all([site, ...servers].map((server) => server.close()));
  }
}

/** @param {import("./run.mjs").Order} order @returns {Promise<import("./run.mjs").Report>} */
async function runInPage(order) {
  const load = (path) => import(path);
  const { run } = await load("/tests/browser/differential/run.mjs");
  return run(order);
}

/** What a run found, in lines for people. */
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
