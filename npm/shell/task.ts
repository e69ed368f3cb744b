/** Lets the event loop turn; not by a timer, which browsers delay in hidden pages and tests replace. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      // In Node an open port keeps the process alive.
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
