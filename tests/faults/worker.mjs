/** The client's side in a dedicated worker: a message brings the order, and the outcome of each fault goes back. */
import { run } from "./page.mjs";

const post = (message) => globalThis.postMessage(message);

globalThis.addEventListener("message", ({ data }) =>
  run(data, (report) => post({ report })).then(
    (end) => post({ end }),
    (error) => post({ error: String(error) }),
  ),
);
