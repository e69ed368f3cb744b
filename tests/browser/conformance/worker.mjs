/** Runs the tests in a worker: a message brings the order, and reports go back as messages. */
import { run } from "./run.mjs";

/** Posts the errors that no test handles. */
let post = (message) => globalThis.postMessage?.(message);

// The page gets no events for errors in shared and service workers. This runs after the listeners of tests, which may handle an
// intended error.
globalThis.addEventListener("error", (event) => {
  setTimeout(() => !event.defaultPrevented && post({ error: `uncaught: ${event.message}` }));
});

const answer = (event) => {
  // A service worker has no port of its own.
  const [port = event.currentTarget] = event.ports;
  post = (message) => port.postMessage(message);
  const done = run(event.data, (report) => post({ report })).then(
    (end) => post({ end }),
    (error) => post({ error: String(error) }),
  );
  event.waitUntil?.(done);
};

if ("onconnect" in globalThis) {
  // A port queues messages of the page until it is started.
  globalThis.addEventListener("connect", ({ ports: [port] }) => {
    port.addEventListener("message", answer);
    port.start();
  });
} else globalThis.addEventListener("message", answer);
