interface NodeGlobals {
  setImmediate(callback: () => void): unknown;
}

/** Ways to queue a task, the best one first. Some runtimes have functions that only throw, such as Next.js on the edge. */
const WAYS: ((resolve: () => void) => unknown)[] = [
  (resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      // In Node an open port keeps the process alive.
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  },
  (resolve) => (globalThis as unknown as NodeGlobals).setImmediate(resolve),
  (resolve) => setTimeout(resolve),
];

/** Lets the event loop turn. A timer is the last resort: browsers delay timers in hidden pages, and tests replace them. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    for (const way of WAYS) {
      try {
        way(resolve);
        return;
      } catch {
        // Tries the next way.
      }
    }
  });
}
