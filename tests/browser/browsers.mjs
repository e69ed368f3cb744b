/**
 * The browsers on this machine, which the set-up of the layer names. WebDriver BiDi drives stock Firefox, and WebDriver drives
 * WebKitGTK.
 */
import puppeteer from "puppeteer-core";
import { within } from "../support/within.mjs";
import { openWebKit } from "./webkit.mjs";

const { CHROMIUM, FIREFOX, WEBKIT_DRIVER, XVFB } = process.env;

const asRoot = process.getuid?.() === 0;
const CHROME_ARGS = ["--disable-background-networking", "--no-first-run", ...(asRoot ? ["--no-sandbox"] : [])];

/** The time limit, in ms, for the start of a browser and for each call. Longer work reports progress by `runInPage`. */
const PATIENCE = 60_000;
/** The time, in ms, in which a browser may end by itself. */
const LEAVING = 10_000;

/** By default, Firefox ends a service worker that is busy for longer than a minute, or half a minute if a timer is late. */
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
 * @property {(isHidden: boolean) => Promise<unknown>} [setHidden] opens another tab in front of the page, or closes it;
 *   WebKitGTK has no such command, and hides nothing without a window manager
 * @property {string} version
 * @property {() => Promise<void>} close
 */

/**
 * The functions that open each browser with one page.
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

/** The names of the browsers. `skip` is the reason to skip a browser, or false. */
export const browsers = Object.entries(OPENERS).map(([name, open]) => ({
  name,
  skip: open ? false : `there is no ${name}`,
}));

/**
 * Starts a browser with one page.
 *
 * @param {string} name
 * @param {string} url
 * @param {{ extension?: string }} [options] the folder of an extension to load, except in WebKitGTK
 * @returns {Promise<any>}
 */
export async function openPage(name, url, options = {}) {
  const open = OPENERS[name];
  if (!open) throw new Error(`there is no ${name}`);
  const opened = await open(url, options);
  limitCalls(opened.page, name);
  return opened;
}

/** Limits the time of each call to the page. The error names the browser and the method. */
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
    // Our own limit comes first, as its error names the call.
    protocolTimeout: 2 * PATIENCE,
    // Puppeteer would otherwise be notified of each request.
    networkEnabled: false,
    // Puppeteer disables the back/forward cache by default.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    extraPrefsFirefox: FIREFOX_PREFS,
    // Chromium loads extensions only by commands over a pipe.
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

/** Kills a browser that did not end, with its processes. @param {import("node:child_process").ChildProcess | null} child */
function kill(child) {
  if (!child?.pid) return;
  try {
    // Puppeteer makes the browser the leader of a process group.
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
