/** The browsers that this machine has; the layer's set-up names them. Stock Firefox is driven by WebDriver BiDi. */
import puppeteer from "puppeteer-core";

const asRoot = process.getuid?.() === 0;

/** @type {Record<string, { path: string | undefined, args: string[] }>} */
const BROWSERS = {
  chrome: {
    path: process.env.CHROMIUM,
    args: ["--disable-background-networking", "--no-first-run", ...(asRoot ? ["--no-sandbox"] : [])],
  },
  firefox: { path: process.env.FIREFOX, args: [] },
};

/** Names of browsers, and why the tests in one are to be skipped, if so. */
export const browsers = Object.entries(BROWSERS).map(([name, { path }]) => ({
  name,
  skip: path ? false : `there is no ${name}`,
}));

/** Starts a browser with one page. @param {string} name @param {string} url */
export async function openPage(name, url) {
  const { path: executablePath, args } = BROWSERS[name];
  // One call may run thousands of streams; of each, puppeteer would be told.
  const protocolTimeout = 10 * 60_000;
  const browser = await puppeteer.launch({
    browser: name,
    executablePath,
    args,
    protocolTimeout,
    networkEnabled: false,
  });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return { page, version: await browser.version(), close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
