/** A worker that runs the program of the page. Its name is the order, in JSON. */
import { run } from "./page.mjs";

run(JSON.parse(globalThis.name)).then(
  (value) => postMessage({ value }),
  (error) => postMessage({ error: String(error) }),
);
