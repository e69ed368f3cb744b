/** Runs in a page of `startDeliveries`, or in a worker of it. */
import { compiles, deliver, evaluates } from "./deliver.mjs";

/** The time, in ms, in which the reports of the probes arrive. */
const REPORTING = 500;

/**
 * Returns the deliveries, the reports of the policy meanwhile, and the results of the probes.
 *
 * @param {object} order
 * @param {string} order.parser the path in `dist/` of the entry that has `createParser`
 * @param {string} order.server the origin of an event server
 */
export async function run({ parser, server }) {
  const reports = [];
  let onProbed = () => {};
  const probed = new Promise((resolve) => {
    onProbed = () => resolve(true);
  });
  globalThis.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile }) => {
    if (new URL("deliver.mjs", import.meta.url).href === sourceFile) onProbed();
    else reports.push(`${effectiveDirective} ${blockedURI} ${sourceFile.replace(/^.*\/dist\//, "")}`);
  });
  const load = (path) => import(path);
  const { FetchEventSource, events } = await load("/dist/index.js");
  const { createParser } = await load(`/dist/${parser}`);
  const delivered = await deliver({ FetchEventSource, events, createParser }, server);
  const probes = { compiles: compiles(), evaluates: evaluates(), isIsolated: globalThis.crossOriginIsolated };
  // Reports come in order: after the report of a probe, no report of the package follows.
  const isReported = await Promise.race([probed, new Promise((resolve) => setTimeout(resolve, REPORTING, false))]);
  return { delivered, reports, isReported, ...probes };
}
