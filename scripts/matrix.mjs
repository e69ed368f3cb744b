/**
 * Packs the npm package and tests it in fresh projects, one for each runtime, test runner and bundler. A set-up that cannot be
 * installed is skipped and listed as such. The results are compared with `docs/where-it-runs.md`.
 *
 *     npm run test:matrix -- [options]
 *
 *   --only "Deno"     only the set-ups whose names contain this text
 *   --write           writes the table in `docs/where-it-runs.md`
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { build } from "./build.mjs";
import { run, start, stop } from "./lib/command.mjs";
import { at } from "./lib/paths.mjs";
import { main } from "./lib/problem.mjs";
import { stopwatch } from "./lib/progress.mjs";
import { packNpmPackage } from "./release/packages.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { setUpBuild } from "./setup.mjs";
import { differences, strangers, writeTable } from "./test/where-it-runs.mjs";

/** ms that npm may take to install, during which it prints nothing. */
const INSTALLING = 180_000;
/** ms that each command of a set-up may run. */
const RUNNING = 90_000;

/** The port of servers that cannot choose one. */
const PORT = 18_787;

const NOT_INSTALLED = "cannot be installed: ";

const SETUPS = "../tests/matrix/setups.mjs";
const SERVER = "../tests/matrix/server.mjs";

await main(async () => {
  const { values } = parseArgs({
    options: { only: { type: "string", default: "" }, write: { type: "boolean", default: false } },
  });
  await setUpBuild();
  await build({ page: false });
  const { chromium } = await ensureBrowser();
  const { tarball } = await packNpmPackage(() => {});
  // Imported here, since the packages that they import exist only after the set-up.
  const { SETUPS: all } = await import(new URL(SETUPS, import.meta.url).href);
  const { startServer } = await import(new URL(SERVER, import.meta.url).href);
  // Outside of the checkout, since Node.js would also find the packages of the checkout.
  const folder = mkdtempSync(join(tmpdir(), "matrix-"));
  const server = await startServer(folder);
  /** @type {string[][]} The names of the set-ups. */
  const [passed, failed, left] = [[], [], []];
  /** @type {import("./test/where-it-runs.mjs").Row[]} */
  const rows = [];
  try {
    for (const setup of all.filter(({ name }) => name.includes(values.only))) {
      const clock = stopwatch();
      const result = await tryOut(setup, { folder, tarball, server, chromium });
      const list = result === "ok" ? passed : result.startsWith(NOT_INSTALLED) ? left : failed;
      list.push(setup.name);
      if (list !== left) {
        const versions = versionsIn(setup, projectOf(setup, folder));
        rows.push({ name: setup.name, versions, result: list === passed ? "runs" : "fails" });
      }
      const sign = { passed: "✓", failed: "✗", left: "–" }[
        list === passed ? "passed" : list === failed ? "failed" : "left"
      ];
      console.log(`${sign} ${setup.name} (${clock()})${result === "ok" ? "" : `\n${result.slice(0, 2000)}`}`);
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.write) writeTable(rows);
  const untrue = [
    ...differences(rows),
    ...strangers(all.map(({ name }) => name)).map((name) => `there is no set-up '${name}'`),
  ];
  for (const line of untrue) console.log(`✗ docs/where-it-runs.md: ${line}`);
  failed.push(...untrue);
  console.log(`\n${passed.length} passed, ${failed.length} failed`);
  return failed.length > 0 || passed.length === 0 ? 1 : 0;
});

function projectOf({ name }, folder) {
  return join(folder, name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"));
}

/** The packages that a set-up names itself, with their installed versions. */
function versionsIn({ packages = {} }, cwd) {
  const versions = Object.keys(packages).map((name) => {
    const { version } = JSON.parse(readFileSync(join(cwd, "node_modules", name, "package.json"), "utf8"));
    return `${name} ${version}`;
  });
  return versions.length > 0 ? versions.join(", ") : `Node.js ${process.versions.node}`;
}

/** @returns {Promise<string>} `ok`, or the description of the failure */
async function tryOut(setup, { folder, tarball, server, chromium }) {
  const cwd = projectOf(setup, folder);
  mkdirSync(cwd, { recursive: true });
  const filled = (text) => text.replaceAll("$SERVER", server.url).replaceAll("$PORT", String(PORT));
  for (const [file, text] of Object.entries(setup.files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), filled(text));
  }
  const program = readFileSync(at("tests", "matrix", "program.mjs"), "utf8");
  writeFileSync(join(cwd, "program.mjs"), program);
  const required = `${program.replaceAll(/^export /gm, "")}\nmodule.exports = { EXPECTED, run };\n`;
  writeFileSync(join(cwd, "program.cjs"), required);
  const manifest = { private: true, dependencies: { "eventsource-wasm": `file:${tarball}`, ...setup.packages } };
  writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest));
  const options = { cwd, mayFail: true, timeout: INSTALLING, silence: INSTALLING };
  const install = await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], options);
  if (install.code !== 0) return NOT_INSTALLED + install.output;

  let last = "";
  for (const [program, ...args] of setup.commands) {
    const found = program === "node" ? process.execPath : join(cwd, "node_modules", ".bin", program);
    const limits = { timeout: RUNNING, silence: RUNNING };
    // Without CI, Parcel installs missing packages.
    const env = { SERVER: server.url, CI: "true" };
    const { code, output, stdout } = await run(found, args.map(filled), { cwd, env, mayFail: true, ...limits });
    if (code !== 0) return output;
    last = stdout.trim().split("\n").pop() ?? "";
  }
  for (const [file, limit] of Object.entries(setup.sizes ?? {})) {
    const size = brotliCompressSync(readFileSync(join(cwd, file))).length / 1024;
    console.log(`  ${file}: ${size.toFixed(2)} KiB brotli, of ${limit}`);
    if (size > limit) return `${file} is too large`;
  }
  if (setup.serve) return serve(cwd, setup.serve.map(filled));
  return setup.page ? openInChromium(`${server.url}/${basename(cwd)}/${setup.page}`, server.url, chromium) : last;
}

/** Starts a server and returns its first response. */
async function serve(cwd, [program, ...args]) {
  const { child, output } = start(join(cwd, "node_modules", ".bin", program), args, { cwd });
  try {
    for (const deadline = Date.now() + RUNNING; ; await sleep(200)) {
      try {
        const response = await fetch(`http://127.0.0.1:${PORT}/`, { signal: AbortSignal.timeout(RUNNING) });
        return await response.text();
      } catch (error) {
        if (child.exitCode !== null || Date.now() > deadline) return `${error}\n${output.join("\n")}`;
      }
    }
  } finally {
    await stop(child);
  }
}

async function openInChromium(url, server, executablePath) {
  const { default: puppeteer } = await import("puppeteer-core");
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await puppeteer.launch({ executablePath, args, timeout: RUNNING });
  const complaints = [];
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${url}?server=${encodeURIComponent(server)}`, { timeout: RUNNING });
    await page.waitForSelector("body[data-result]", { timeout: RUNNING });
    return await page.evaluate(() => document.body.dataset.result ?? "");
  } catch (error) {
    return [error, ...complaints].join("\n");
  } finally {
    await browser.close();
  }
}
