/** The client's side in a dedicated worker: an order comes in a message, and what came of it goes back. */
import { run } from "./page.mjs";

globalThis.addEventListener("message", async ({ data }) => globalThis.postMessage(await run(data)));
