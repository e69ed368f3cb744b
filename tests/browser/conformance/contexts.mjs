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
  "service worker": async (order) => {
    const path = "/tests/browser/conformance/worker.mjs";
    const { installing, waiting, active } = await navigator.serviceWorker.register(path, { type: "module" });
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    (installing ?? waiting ?? active)?.postMessage(order, [port2]);
    return answered;
  },
};
