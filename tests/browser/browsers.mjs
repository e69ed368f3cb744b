/**
 * The browsers that this machine has; the layer's set-up names them. Stock Firefox is driven by WebDriver BiDi, WebKitGTK by
 * WebDriver.
 */
import puppeteer from "puppeteer-core";
import { openWebKit } from "./webkit.mjs";

const { CHROMIUM, FIREFOX, WEBKIT_DRIVER, XVFB } = process.env;

const asRoot = process.getuid?.() === 0;
const CHROME_ARGS = ["--disable-background-networking", "--no-first-run", ...(asRoot ? ["--no-sandbox"] : [])];

/** ms. One call may run thousands of streams. */
const PATIENCE = 10 * 60_000;

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<unknown>} goto
 * @property {(run: (...args: any[]) => unknown, ...args: any[]) => Promise<any>} evaluate runs a function in the page
 *
 * @typedef {object} Opened
 * @property {Page} page
 * @property {(isHidden: boolean) => Promise<unknown>} [setHidden] puts another tab in front of the page, or takes it away;
 *   WebKitGTK has no such command, and hides nothing where there is no window manager
 * @property {string} version
 * @property {() => Promise<void>} close
 */

/** How to open each that is here, with one page. @type {Record<string, ((url: string) => Promise<Opened>) | undefined>} */
const OPENERS = {
  chrome: CHROMIUM
    ? (url) => openWithPuppeteer(url, { browser: "chrome", path: CHROMIUM, args: CHROME_ARGS })
    : undefined,
  firefox: FIREFOX ? (url) => openWithPuppeteer(url, { browser: "firefox", path: FIREFOX, args: [] }) : undefined,
  webkit:
    WEBKIT_DRIVER && XVFB
      ? (url) => openWebKit(url, { driver: WEBKIT_DRIVER, xvfb: XVFB, patience: PATIENCE })
      : undefined,
};

/** Names of browsers, and why the tests in one are to be skipped, if so. */
export const browsers = Object.entries(OPENERS).map(([name, open]) => ({
  name,
  skip: open ? false : `there is no ${name}`,
}));

/** Starts a browser with one page. @param {string} name @param {string} url @returns {Promise<any>} */
export async function openPage(name, url) {
  const open = OPENERS[name];
  if (!open) throw new Error(`there is no ${name}`);
  return open(url);
}

async function openWithPuppeteer(url, { browser: name, path: executablePath, args }) {
  const browser = await puppeteer.launch({
    browser: name,
    executablePath,
    args,
    protocolTimeout: PATIENCE,
    // Of each request, puppeteer would be told.
    networkEnabled: false,
    // Puppeteer switches the back/forward cache off.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    extraPrefsFirefox: { "fission.bfcacheInParent": true },
  });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    /** @type {import("puppeteer-core").Page | undefined} */
    let other;
    const setHidden = async (isHidden) => {
      other ??= await browser.newPage();
      await (isHidden ? other : page).bringToFront();
    };
    return { page, setHidden, version: await browser.version(), close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
