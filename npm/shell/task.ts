/**
 * Lets the event loop turn; not by a timer, which browsers delay in hidden pages and tests replace, unless the runtime has nothing
 * else.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    try {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        // In Node an open port keeps the process alive.
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    } catch {
      const { setImmediate = setTimeout } = globalThis as { setImmediate?: (callback: () => void) => unknown };
      setImmediate(resolve);
    }
  });
}
