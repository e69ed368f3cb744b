/** Pages and workers under a policy, which use each entry of the package once. */
import { createEventServer } from "../server/app.mjs";
import { addSite } from "./site.mjs";

/** The path of the worker's script. Its response has the policy of the worker. */
export const WORKER = "/tests/browser/deliveries/worker.mjs";

/**
 * Starts a site whose responses have these headers, except for the page `/bare`. The page `/empty` has no scripts. `builds`
 * records the requests for JavaScript builds of the engine.
 *
 * @param {Record<string, string>} headers
 */
export async function startDeliveries(headers) {
  /** @type {string[]} */
  const builds = [];
  const app = createEventServer();
  app.addHook("onRequest", async ({ url }) => {
    if (/_js\.js/.test(url)) builds.push(url);
  });
  app.addHook("onSend", async ({ url }, reply) => {
    if (url !== "/bare") reply.headers(headers);
  });
  for (const path of ["/empty", "/bare"]) {
    app.get(path, (_request, reply) =>
      reply.type("text/html; charset=utf-8").send("<!doctype html><title>empty</title>"),
    );
  }
  addSite(app);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { url, builds, close: () => app.close() };
}

/** Runs in the page. */
export async function runHere(order) {
  const path = "/tests/browser/deliveries/page.mjs";
  return (await import(path)).run(order);
}

/** Runs in the page: returns the result of a worker with this script. A worker of a blob has the policy of its page. */
export function runInWorker(order, script, isBlob = false) {
  const imported = `import ${JSON.stringify(new URL(script, location.href).href)};`;
  const url = isBlob ? URL.createObjectURL(new Blob([imported], { type: "text/javascript" })) : script;
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { type: "module", name: JSON.stringify(order) });
    worker.onmessage = ({ data }) => ("value" in data ? resolve(data.value) : reject(new Error(data.error)));
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
  });
}
