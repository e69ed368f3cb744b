/** WebKitGTK, which is driven by WebDriver, and which needs a display. */
import { setTimeout as pause } from "node:timers/promises";
import { Builder, Capabilities } from "selenium-webdriver";
import { DriverService } from "selenium-webdriver/remote/index.js";
import { start, stop } from "../../scripts/lib/command.mjs";
import { Problem } from "../../scripts/lib/problem.mjs";
import { within } from "../support/within.mjs";

/** The capabilities of a session of WebKitGTK; its driver finds the browser. */
const BROWSER = "MiniBrowser";
/** ms that a session may take to end. */
const QUIT = 5000;

/**
 * Starts it with one page, which has the two methods of puppeteer's that these tests use.
 *
 * @param {string} url @param {{ driver: string, xvfb: string, patience: number }} options paths, and the ms that starting
 *   or one call may take
 */
export async function openWebKit(url, { driver, xvfb, patience }) {
  const screen = await openScreen(xvfb, patience);
  const service = new DriverService.Builder(driver)
    .setLoopback(true)
    .setEnvironment({ ...process.env, DISPLAY: screen.display })
    .build();
  const close = async () => {
    // One that hangs does not answer, but ends with its driver.
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
    // The caller's own limit comes first, and says which call it was.
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

  /** The result of the function in the page, where it has nothing but its arguments. */
  async evaluate(run, ...args) {
    // As JSON, because to WebDriver undefined is null.
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

/** A display that nobody sees, with a number that it finds itself. */
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
