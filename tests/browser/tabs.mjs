/** Opens several tabs of a browser. In WebKitGTK the tabs are frames of one page, as its driver shows one window at a time. */
import { within } from "../support/within.mjs";

/** The time limit of a call, in ms. */
const PATIENCE = 30_000;

/**
 * @typedef {object} Tab
 * @property {(run: (...args: any[]) => unknown, ...args: any[]) => Promise<any>} evaluate
 * @property {(url: string) => Promise<unknown>} goto
 * @property {() => Promise<unknown>} close
 * @property {() => Promise<unknown>} front
 * @property {() => Promise<unknown>} back
 * @property {() => Promise<unknown>} crash only in Chromium
 * @property {(isFrozen: boolean) => Promise<unknown>} freeze only in Chromium
 */

/**
 * @param {string} browser @param {any} page that the browser has @param {string} url @param {number} count
 * @returns {Promise<Tab[] & { close(): Promise<void> }>}
 */
export async function openTabs(browser, page, url, count) {
  const tabs = [];
  for (let index = 0; index < count; index++) {
    tabs.push(browser === "webkit" ? await openFrame(page, url) : await openTab(page, url));
  }
  const close = async () => {
    for (const tab of tabs) await tab.close();
  };
  return Object.assign(tabs, { close });
}

async function openTab(opener, url) {
  const limited = (what, promise) => within(PATIENCE, what, promise);
  const page = await limited("a new tab", opener.browser().newPage());
  await limited("goto()", page.goto(url));
  let devtools;
  const command = async (name, parameters) => {
    devtools ??= await page.createCDPSession();
    await limited(name, devtools.send(name, parameters));
  };
  return {
    evaluate: (run, ...args) => limited("evaluate()", page.evaluate(run, ...args)),
    goto: (url) => limited("goto()", page.goto(url)),
    back: () => limited("goBack()", page.goBack({ timeout: PATIENCE })),
    front: () => limited("bringToFront()", page.bringToFront()),
    close: async () => {
      // A crashed tab does not close.
      if (!page.isClosed()) await limited("close()", page.close()).catch(() => {});
    },
    crash: async () => {
      devtools ??= await page.createCDPSession();
      // A crashed tab does not answer.
      devtools.send("Page.crash").catch(() => {});
    },
    freeze: async (isFrozen) => {
      await command("Page.enable");
      await command("Page.setWebLifecycleState", { state: isFrozen ? "frozen" : "active" });
    },
  };
}

async function openFrame(page, url) {
  const id = await page.evaluate(async (url) => {
    const frame = document.createElement("iframe");
    frame.id = `frame-${Math.random()}`;
    frame.src = url;
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
    document.body.append(frame);
    await loaded;
    return frame.id;
  }, url);
  const call = (run, args) => ({ id, run: String(run), args });
  return {
    evaluate: (run, ...args) =>
      page.evaluate(
        async ({ id, run, args }) => {
          const { contentWindow } = document.getElementById(id);
          return contentWindow.eval(`(${run})`)(...args);
        },
        call(run, args),
      ),
    goto: (url) =>
      page.evaluate(
        async ({ id, url }) => {
          const frame = document.getElementById(id);
          const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
          frame.src = url;
          await loaded;
        },
        { id, url },
      ),
    back: async () => {},
    front: async () => {},
    close: () => page.evaluate((id) => document.getElementById(id)?.remove(), id),
    crash: async () => {},
    freeze: async () => {},
  };
}
