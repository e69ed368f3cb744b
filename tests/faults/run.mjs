import { setTimeout } from "node:timers/promises";
import { openPage } from "../browser/browsers.mjs";
import { startSite } from "../browser/site.mjs";
import { pause } from "./exchange.mjs";
import { FaultServer } from "./server.mjs";

/** ms for the last sources' connections to be closed. */
const LEAVING = 2000;
/** ms until a page that says nothing hangs. */
const HANGING = 60_000;
/** Sources at a time: WebKitGTK has 17 connections in all. */
const AT_ONCE = { webkit: 12 };

/** @typedef {{ wrong: string | undefined, requests: number, time: number }} Result of one fault in one browser */

/** Where the sources may be. These run in the page. @type {Record<string, (order: object) => Promise<any>>} */
export const PLACES = {
  window: async (order) => {
    const path = "/tests/faults/page.mjs";
    return (await import(path)).run(order);
  },
  worker: (order) => {
    const worker = new Worker("/tests/faults/worker.mjs", { type: "module" });
    return new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(order);
    });
  },
};

/**
 * Runs all faults in one page of the browser, as many at once as it can.
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
    const answer = await Promise.race([
      opened.page.evaluate(PLACES[place], { jobs, atOnce: AT_ONCE[browser] ?? jobs.length }),
      setTimeout(HANGING, undefined, { ref: false }),
    ]);
    if (answer === undefined) throw new Error(`the ${place} in ${browser} hangs: a source keeps it busy`);
    const { outcomes, stray } = answer;
    const deadline = Date.now() + LEAVING;
    while (servers.some(({ open }) => open > 0) && Date.now() < deadline) await pause(20);
    const results = servers.map((server, index) => judge(server, outcomes[index]));
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
