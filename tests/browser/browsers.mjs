/**
 * The browsers that this machine has; the layer's set-up names them. Stock Firefox is driven by WebDriver BiDi, WebKitGTK by
 * WebDriver.
 */
import puppeteer from "puppeteer-core";
import { within } from "../support/within.mjs";
import { openWebKit } from "./webkit.mjs";

const { CHROMIUM, FIREFOX, WEBKIT_DRIVER, XVFB } = process.env;

const asRoot = process.getuid?.() === 0;
const CHROME_ARGS = ["--disable-background-networking", "--no-first-run", ...(asRoot ? ["--no-sandbox"] : [])];

/** ms for a browser to start, and for each call. What takes longer reports meanwhile, by `runInPage`. */
const PATIENCE = 60_000;
/** ms for a browser to end by itself. */
const LEAVING = 10_000;

/** Firefox ends a service worker that is busy for longer than a minute, or for half of one if a timer fires late. */
const FIREFOX_PREFS = {
  "fission.bfcacheInParent": true,
  "dom.serviceWorkers.idle_timeout": 600_000,
  "dom.serviceWorkers.idle_extended_timeout": 600_000,
};

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

/**
 * How to open each that is here, with one page.
 *
 * @type {Record<string, ((url: string, options: { extension?: string }) => Promise<Opened>) | undefined>}
 */
const OPENERS = {
  chrome: CHROMIUM
    ? (url, options) => openWithPuppeteer(url, { ...options, browser: "chrome", path: CHROMIUM, args: CHROME_ARGS })
    : undefined,
  firefox: FIREFOX
    ? (url, options) => openWithPuppeteer(url, { ...options, browser: "firefox", path: FIREFOX, args: [] })
    : undefined,
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

/**
 * Starts a browser with one page.
 *
 * @param {string} name
 * @param {string} url
 * @param {{ extension?: string }} [options] the folder of an extension that the browser is to have; not for WebKitGTK
 * @returns {Promise<any>}
 */
export async function openPage(name, url, options = {}) {
  const open = OPENERS[name];
  if (!open) throw new Error(`there is no ${name}`);
  const opened = await open(url, options);
  limitCalls(opened.page, name);
  return opened;
}

/** Has the calls that wait for the page fail in time, by the names of the browser and of what was called. */
function limitCalls(page, browser) {
  for (const method of ["evaluate", "goto", "waitForFunction", "waitForSelector"]) {
    const call = page[method]?.bind(page);
    if (!call) continue;
    page[method] = (...args) => within(PATIENCE, `${browser}: ${method}(${args.map(shown).join(", ")})`, call(...args));
  }
}

function shown(argument) {
  const text =
    typeof argument === "function" ? argument.name || "a function" : (JSON.stringify(argument) ?? "undefined");
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

async function openWithPuppeteer(url, { browser: name, path: executablePath, args, extension }) {
  const launched = puppeteer.launch({
    browser: name,
    executablePath,
    args,
    timeout: PATIENCE,
    // Our own limit says which call it was.
    protocolTimeout: 2 * PATIENCE,
    // Puppeteer would get a notification of each request.
    networkEnabled: false,
    // Puppeteer switches the back/forward cache off.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    extraPrefsFirefox: FIREFOX_PREFS,
    // Chromium loads extensions only by commands that come through a pipe.
    ...(extension && name === "chrome" ? { pipe: true, enableExtensions: [extension] } : {}),
  });
  const browser = await launched.catch((error) => {
    throw new Error(`${name} does not start: ${error.message}`, { cause: error });
  });
  const close = () => within(LEAVING, `${name}: close()`, browser.close()).catch(() => kill(browser.process()));
  const begin = async () => {
    if (extension && name === "firefox") await browser.installExtension(extension);
    const page = await browser.newPage();
    await page.goto(url);
    return { page, version: await browser.version() };
  };
  try {
    const { page, version } = await within(PATIENCE, `${name} has started, but opens no page at ${url}`, begin());
    /** @type {import("puppeteer-core").Page | undefined} */
    let other;
    const hide = async (isHidden) => {
      other ??= await browser.newPage();
      await (isHidden ? other : page).bringToFront();
    };
    const setHidden = (isHidden) => within(PATIENCE, `${name}: setHidden(${isHidden})`, hide(isHidden));
    return { page, setHidden, version, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ends a browser that does not end by itself, with the processes that it started. @param {import("node:child_process").ChildProcess | null} child */
function kill(child) {
  if (!child?.pid) return;
  try {
    // Puppeteer makes it the leader of a process group.
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
