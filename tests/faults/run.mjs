import { openPage } from "../browser/browsers.mjs";
import { runInPage } from "../browser/reports.mjs";
import { startSite } from "../browser/site.mjs";
import { pause } from "./exchange.mjs";
import { FaultServer } from "./server.mjs";

/** The time, in ms, in which the connections of the last sources must close. */
const LEAVING = 2000;
/** The number of sources at once: WebKitGTK has 17 connections in all. */
const AT_ONCE = { webkit: 12 };

/** @typedef {{ wrong: string | undefined, requests: number, time: number }} Result of one fault in one browser */

/** The places of the sources. */
export const PLACES = ["window", "worker"];

/**
 * Runs all faults in one page of the browser, as many at once as the browser can.
 *
 * @param {{ browser: string, place: string }} where
 * @param {import("./server.mjs").Fault[]} faults
 */
export async function runFaults({ browser, place }, faults) {
  const site = await startSite();
  const servers = faults.map((fault) => new FaultServer(fault));
  await Promise.all(servers.map((server) => server.start()));
  const opened = await openPage(browser, site.url);
  try {
    const jobs = servers.map(({ port, fault: { total, suffix, repeat, idSuffix, client } }) => {
      return { url: `http://127.0.0.1:${port}/`, total, suffix, repeat, idSuffix, client };
    });
    /** @type {import("./page.mjs").Outcome[]} */
    const outcomes = [];
    const { stray, hanging } = await runInPage(opened.page, {
      module: "/tests/faults/places.mjs",
      order: { place, jobs, atOnce: AT_ONCE[browser] ?? jobs.length },
      what: `${place} in ${browser}`,
      onReport: ({ index, outcome }) => {
        outcomes[index] = outcome;
      },
    }).then(
      ({ stray }) => ({ stray, hanging: "the fault was not run" }),
      // Faults that have finished keep their results.
      (error) => ({ stray: [], hanging: error.message }),
    );
    const deadline = Date.now() + LEAVING;
    while (servers.some(({ open }) => open > 0) && Date.now() < deadline) await pause(20);
    const results = servers.map((server, index) =>
      judge(server, outcomes[index] ?? { wrong: hanging, codes: [], time: 0 }),
    );
    return { version: opened.version, results, stray };
  } finally {
    await opened.close();
    for (const server of servers) server.stop();
    await site.close();
  }
}

/** @param {FaultServer} server @param {import("./page.mjs").Outcome} outcome @returns {Result} */
function judge(server, { wrong, codes, time }) {
  const { least, most, codes: expected, check } = server.fault;
  const requests = server.requests.length;
  const judgements = [
    wrong,
    ...server.complaints,
    requests < least ? `the fault did not happen: ${requests} requests, not ${least}` : undefined,
    server.open > 0 ? `${server.open} connections were not closed` : undefined,
    requests > most ? `${requests} requests, not ${most}` : undefined,
    ...expected.map((code) => (codes.includes(code) ? undefined : `no error "${code}", but ${codes.join(", ")}`)),
    wrong === undefined ? check?.(server) : undefined,
  ];
  return { wrong: judgements.find((judgement) => judgement !== undefined && judgement !== null), requests, time };
}
