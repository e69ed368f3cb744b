/** Drives WebKitGTK by WebDriver. WebKitGTK needs a display. */
import { setTimeout as pause } from "node:timers/promises";
import { Builder, Capabilities } from "selenium-webdriver";
import { DriverService } from "selenium-webdriver/remote/index.js";
import { start, stop } from "../../scripts/lib/command.mjs";
import { Problem } from "../../scripts/lib/problem.mjs";
import { within } from "../support/within.mjs";

/** The name of the browser in the capabilities of a session. The driver finds the browser. */
const BROWSER = "MiniBrowser";
/** The time, in ms, in which a session may end. */
const QUIT = 5000;

/**
 * Starts WebKitGTK with one page, which has the two methods of puppeteer's pages that the tests use.
 *
 * @param {string} url @param {{ driver: string, xvfb: string, patience: number }} options paths, and the time limit,
 *   in ms, of the start and of each call
 */
export async function openWebKit(url, { driver, xvfb, patience }) {
  const screen = await openScreen(xvfb, patience);
  const service = new DriverService.Builder(driver)
    .setLoopback(true)
    .setEnvironment({ ...process.env, DISPLAY: screen.display })
    .build();
  const close = async () => {
    // A session that hangs does not answer, but ends with its driver.
    await Promise.race([session?.quit(), pause(QUIT, undefined, { ref: false })]).catch(() => {});
    await within(QUIT, "WebKitWebDriver: kill()", service.kill()).catch(() => {});
    await screen.close();
  };
  /** @type {import("selenium-webdriver").WebDriver | undefined} */
  let session;
  const begin = async () => {
    const capabilities = new Capabilities({ browserName: BROWSER });
    session = await new Builder()
      .usingServer(await service.start(patience))
      .withCapabilities(capabilities)
      .build();
    // The limit of the caller comes first, and its error names the call.
    await session.manage().setTimeouts({ script: 2 * patience, pageLoad: 2 * patience });
    const page = new Page(session);
    await page.goto(url);
    const version = (await session.getCapabilities()).getBrowserVersion();
    return { page, version: `WebKitGTK/${version}`, close };
  };
  try {
    return await within(patience, `WebKitGTK opens no page at ${url}`, begin());
  } catch (error) {
    await close();
    throw error;
  }
}

class Page {
  /** @type {import("selenium-webdriver").WebDriver} */
  #session;

  constructor(session) {
    this.#session = session;
  }

  goto(url) {
    return this.#session.get(url);
  }

  /** Runs a function in the page, where it can use only its arguments, and returns its result. */
  async evaluate(run, ...args) {
    // The result is JSON, because WebDriver turns undefined into null.
    const answer = await this.#session.executeAsyncScript(
      `const [args, done] = arguments;
      (async () => (${run})(...args))().then(
        (value) => done(JSON.stringify({ value })),
        (error) => done(JSON.stringify({ error: String(error) })),
      );`,
      args,
    );
    const { value, error } = JSON.parse(answer);
    if (error !== undefined) throw new Error(error);
    return value;
  }
}

/** Starts a virtual display, which chooses a free number. */
async function openScreen(xvfb, patience) {
  const args = ["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"];
  /** @type {ReturnType<typeof start>} */
  let started;
  const opened = new Promise((resolve, reject) => {
    started = start(xvfb, args, {
      onLine: (line) => /^\d+$/.test(line) && resolve({ display: `:${line}`, close: () => stop(started.child) }),
    });
    const { child, output } = started;
    child.once("error", reject);
    child.once("close", () => reject(new Problem("Xvfb has ended.", { output: output.join("\n") })));
  });
  return within(patience, "Xvfb opens no display", opened).catch(async (error) => {
    await stop(started.child);
    throw error;
  });
}
