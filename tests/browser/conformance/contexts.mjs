/** The contexts in which a class may run. The functions run in the page. */

const WORKER = "/tests/browser/conformance/worker.mjs";

/** @typedef {(report: import("./run.mjs").Report) => void} OnReport */

/** @type {Record<string, (order: object, report: OnReport) => Promise<boolean>>} */
const CONTEXTS = {
  window: async (order, report) => {
    const path = "/tests/browser/conformance/run.mjs";
    return (await import(path)).run(order, report);
  },
  "dedicated worker": (order, report) => {
    const worker = new Worker(WORKER, { type: "module" });
    return answers({ port: worker, worker, report, ask: () => worker.postMessage(order) });
  },
  "shared worker": (order, report) => {
    const worker = new SharedWorker(WORKER, { type: "module" });
    return answers({ port: worker.port, worker, report, ask: () => worker.port.postMessage(order) });
  },
  "service worker": async (order, report) => {
    const { installing, waiting, active } = await navigator.serviceWorker.register(WORKER, { type: "module" });
    const worker = installing ?? waiting ?? active;
    if (!worker) throw new Error("the service worker was not installed");
    const { port1, port2 } = new MessageChannel();
    return answers({ port: port1, worker, report, ask: () => worker.postMessage(order, [port2]) });
  },
};

export const contexts = Object.keys(CONTEXTS);

/** @param {{ context: string }} order @param {OnReport} report */
export const run = (order, report) => CONTEXTS[order.context](order, report);

/** Forwards the reports of a worker until it has ended or failed. */
function answers({ port, worker, report, ask }) {
  return new Promise((resolve, reject) => {
    const fail = (what) => reject(new Error(`the worker failed: ${what}`));
    // The error event of a service worker is a plain event without a message.
    worker.addEventListener("error", ({ message }) => fail(message ?? "it could not be loaded"));
    port.addEventListener("messageerror", () => fail("a message could not be read"));
    port.addEventListener("message", ({ data }) => {
      if (data.report) report(data.report);
      else if (data.error === undefined) resolve(data.end);
      else fail(data.error);
    });
    port.start?.();
    ask();
  });
}
