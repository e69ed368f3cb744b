/** Starts a headless Chromium. @param {string} executablePath */
export async function startChromium(executablePath) {
  // Imported here, since the package exists only after npm ci.
  const { chromium } = await import("@playwright/test");
  const args = ["--no-sandbox", "--disable-background-networking", "--js-flags=--expose-gc"];
  return chromium.launch({ executablePath, args });
}

/**
 * Returns a function that resolves to the processor time of a page's main thread so far, in ms.
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
