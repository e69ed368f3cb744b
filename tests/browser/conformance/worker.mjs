/** The tests in a dedicated or a shared worker: an order comes in a message, and the faults go back. */
import { run } from "./run.mjs";

const answer = async ({ data, currentTarget }) => currentTarget.postMessage(await run(data));

if ("onconnect" in globalThis) {
  // The port of the page waits until a connection is heard.
  globalThis.addEventListener("connect", ({ ports: [port] }) => {
    port.addEventListener("message", answer);
    port.start();
  });
} else globalThis.addEventListener("message", answer);
