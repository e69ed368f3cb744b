/** Starts a headless Chromium. @param {string} executablePath */
export async function startChromium(executablePath) {
  // Not at the top: it is there only once npm ci has run.
  const { chromium } = await import("@playwright/test");
  const args = ["--no-sandbox", "--disable-background-networking", "--js-flags=--expose-gc"];
  return chromium.launch({ executablePath, args });
}

/** @param {import("@playwright/test").Browser} browser */
export const titleOf = (browser) => `Chromium ${browser.version()}, headless`;
