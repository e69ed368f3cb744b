/** Where a class may run. These run in the page. */

/** @type {Record<string, (order: object) => Promise<Record<string, string | null> | undefined>>} */
export const CONTEXTS = {
  window: async (order) => {
    const path = "/tests/browser/conformance/run.mjs";
    return (await import(path)).run(order);
  },
  "dedicated worker": (order) => {
    const worker = new Worker("/tests/browser/conformance/worker.mjs", { type: "module" });
    return new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(order);
    });
  },
  "shared worker": (order) => {
    const { port } = new SharedWorker("/tests/browser/conformance/worker.mjs", { type: "module" });
    return new Promise((resolve) => {
      port.onmessage = ({ data }) => resolve(data);
      port.postMessage(order);
    });
  },
};
