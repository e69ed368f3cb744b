/** The tests in a worker: an order comes in a message, and the faults go back. */
import { run } from "./run.mjs";

const answer = (event) => {
  // A service worker has no port of its own.
  const [port = event.currentTarget] = event.ports;
  const done = run(event.data).then((faults) => port.postMessage(faults));
  event.waitUntil?.(done);
};

if ("onconnect" in globalThis) {
  // The port of the page waits until a connection is heard.
  globalThis.addEventListener("connect", ({ ports: [port] }) => {
    port.addEventListener("message", answer);
    port.start();
  });
} else globalThis.addEventListener("message", answer);
