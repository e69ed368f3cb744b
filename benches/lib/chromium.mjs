/** Starts a headless Chromium. @param {string} executablePath */
export async function startChromium(executablePath) {
  // Not at the top: it is there only once npm ci has run.
  const { chromium } = await import("@playwright/test");
  const args = ["--no-sandbox", "--disable-background-networking", "--js-flags=--expose-gc"];
  return chromium.launch({ executablePath, args });
}

/**
 * Gives what tells how long the main thread of a page has been at work, in ms: the processor's time alone.
 *
 * @param {import("@playwright/test").CDPSession} devtools
 */
export async function threadClock(devtools) {
  await devtools.send("Performance.enable");
  return async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const { value } = /** @type {{ value: number }} */ (metrics.find(({ name }) => name === "ThreadTime"));
    return value * 1000;
  };
}

/** @param {import("@playwright/test").Browser} browser */
export const titleOf = (browser) => `Chromium ${browser.version()}, headless`;
