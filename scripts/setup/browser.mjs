import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as apt from "../lib/apt.mjs";
import { run, which } from "../lib/command.mjs";
import { toolCache } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const DRIVERS = [
  "chromedriver",
  "chromium.chromedriver",
  "/usr/lib/chromium/chromedriver",
  "/usr/lib/chromium-browser/chromedriver",
  ...(process.env.CHROMEWEBDRIVER ? [join(process.env.CHROMEWEBDRIVER, "chromedriver")] : []),
];

/** The npm package that downloads Chrome for Testing and the driver of the same build, if no package manager offers both. */
const DOWNLOADER = "@puppeteer/browsers@3.2.6";
/** ms that a download may take. The downloader prints nothing meanwhile. */
const DOWNLOADING = 10 * 60_000;
const DOWNLOADS = join(toolCache, "browsers");

const ADVICE = [
  "Install Chromium or Chrome with the chromedriver of the same version (Debian: apt-get install chromium chromium-driver),",
  "or set CHROMIUM and CHROMEDRIVER to their paths, then run this again.",
].join("\n");

/**
 * Finds or installs a Chrome or Chromium and a chromedriver of the same version. Tries in this order: the paths in CHROMIUM and
 * CHROMEDRIVER, installed programs, a download, the distribution's packages. For root and in CI, packages come before
 * downloads.
 *
 * @returns {Promise<{ chromium: string, chromedriver: string }>}
 */
export async function ensureBrowser() {
  const installed = await findPair([...BROWSERS, ...downloaded("chrome")], [...DRIVERS, ...downloaded("chromedriver")]);
  if (installed) return installed;

  for (const attempt of inOrder(fromPackages, fromDownload)) {
    try {
      const pair = await attempt();
      if (pair) return pair;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      console.log(`  ${inOneLine(error)}`);
    }
  }
  throw new Problem(
    "There is no Chromium or Chrome with a chromedriver of the same version, and none could be installed.",
    {
      advice: ADVICE,
    },
  );
}

/** The order of the two ways to install: downloads come first, unless apt-get can run without a question. */
export const inOrder = (fromPackages, fromDownload) =>
  apt.comesFirst() ? [fromPackages, fromDownload] : [fromDownload, fromPackages];

/** @param {Problem} problem */
export const inOneLine = ({ message, output, advice }) => [message, lastLine(output), advice].filter(Boolean).join(" ");

async function fromPackages() {
  if (!apt.canInstall()) return undefined;
  await step("apt-get: chromium and its driver", (note) => apt.install(["chromium", "chromium-driver"], note));
  return findPair(BROWSERS, DRIVERS);
}

async function fromDownload() {
  return step("Chrome for Testing and its driver", async (note) => {
    const chrome = await download("chrome@stable", note);
    const driver = await download(`chromedriver@${chrome.version}`, note);
    return findPair([chrome.path], [driver.path]);
  });
}

/** Downloads a browser or a driver. @param {string} what its name and version @param {(line: string) => void} note */
export async function download(what, note) {
  const args = ["--yes", DOWNLOADER, "install", what, "--path", DOWNLOADS];
  const { stdout } = await run("npx", args, { onLine: note, silence: DOWNLOADING });
  // The last line of its output is `chrome@<version> <path>`.
  const [, version, path] = lastLine(stdout).match(/^\S+@(\S+) (.+)$/) ?? [];
  if (!version || !existsSync(path)) {
    throw new Problem(`\`npx ${args.join(" ")}\` installed no program.`, { output: stdout });
  }
  return { version, path };
}

/** The programs that earlier runs downloaded, as `<program>/<platform>-<version>/<program>-<platform>/<program>`. */
export function downloaded(program) {
  const folder = join(DOWNLOADS, program);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((version) =>
    readdirSync(join(folder, version)).map((platform) => join(folder, version, platform, program)),
  );
}

/** The first browser and the first driver that start and have the same major version. */
async function findPair(browsers, drivers) {
  const named = { browsers: overridden("CHROMIUM") ?? browsers, drivers: overridden("CHROMEDRIVER") ?? drivers };
  const [found, fitting] = await Promise.all([programs(named.browsers), programs(named.drivers)]);
  for (const { path: chromium, major } of found) {
    const driver = fitting.find((candidate) => candidate.major === major);
    if (driver) return { chromium, chromedriver: driver.path };
  }
  if (overridden("CHROMIUM") || overridden("CHROMEDRIVER")) {
    const list =
      [...found, ...fitting].map(({ path, major }) => `${path} (${major})`).join(", ") || "no program starts";
    throw new Problem(`CHROMIUM and CHROMEDRIVER do not name a browser and a driver of the same version: ${list}.`, {
      advice: "Correct the paths, or unset both variables to use any installed pair.",
    });
  }
  return undefined;
}

export function overridden(variable) {
  const path = process.env[variable];
  return path ? [path] : undefined;
}

/** The programs that are installed and start, with their major versions. */
export async function programs(names) {
  const paths = names
    .flatMap((name) => (name.includes("/") ? name : which(name)) ?? [])
    .filter((path) => existsSync(path));
  const found = await Promise.all(
    paths.map(async (path) => {
      const { stdout } = await run(path, ["--version"], { mayFail: true, timeout: 20_000 });
      return { path, major: stdout.match(/(\d+)\.\d+\.\d+/)?.[1] };
    }),
  );
  return found.filter(({ major }) => major !== undefined);
}

export const lastLine = (text) => text.trim().split("\n").pop() ?? "";
