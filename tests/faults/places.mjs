/** The places of the sources: a window or a worker. Runs in the page. */

/** @type {Record<string, (order: object, report: (outcome: object) => void) => Promise<{ stray: string[] }>>} */
const PLACES = {
  window: async (order, report) => {
    const path = "/tests/faults/page.mjs";
    return (await import(path)).run(order, report);
  },
  worker: (order, report) => {
    const worker = new Worker("/tests/faults/worker.mjs", { type: "module" });
    return new Promise((resolve, reject) => {
      const fail = (what) => reject(new Error(`the worker failed: ${what}`));
      worker.addEventListener("error", ({ message }) => fail(message ?? "it could not be loaded"));
      worker.addEventListener("messageerror", () => fail("a message could not be read"));
      worker.addEventListener("message", ({ data }) => {
        if (data.report) report(data.report);
        else if (data.error === undefined) resolve(data.end);
        else fail(data.error);
      });
      worker.postMessage(order);
    });
  },
};

/** @param {{ place: string }} order */
export const run = (order, report) => PLACES[order.place](order, report);
