/** Runs the program of the page in a worker. The name of the worker is the order, in JSON. */
import { run } from "./page.mjs";

run(JSON.parse(globalThis.name)).then(
  (value) => postMessage({ value }),
  (error) => postMessage({ error: String(error) }),
);
