/** Tests `npm run dev` on a copy of the checkout, and changes its files. Rust is not changed, as its build takes a minute. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";

const checkout = join(import.meta.dirname, "..", "..");
const FILES = ["Cargo.lock", "Cargo.toml", "package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
const FOLDERS = ["dist", "engine", "npm", "scripts", "src", "target/npm", "www"];

/** The time limit, in ms. On a quiet machine a test takes a few seconds. */
const LIMIT = 120_000;
test.describe.configure({ mode: "serial", timeout: LIMIT });
const soon = { timeout: 60_000, intervals: [20] };

let copy: string;
let dev: ChildProcess;
let output = "";
let url = "";
let page: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(LIMIT);
  // Not at the top: Playwright loads this file in several processes.
  copy = mkdtempSync(join(tmpdir(), "eventsource-wasm-dev-"));
  for (const name of [...FILES, ...FOLDERS]) cpSync(join(checkout, name), join(copy, name), { recursive: true });
  rmSync(join(copy, "target", "npm", "build.lock"), { force: true });
  symlinkSync(join(checkout, "node_modules"), join(copy, "node_modules"));
  const env = { ...process.env, HOST: "127.0.0.1", PORT: "0", FORCE_COLOR: undefined, NO_COLOR: "1" };
  dev = spawn(process.execPath, [join(copy, "scripts", "dev.mjs")], { env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [dev.stdout, dev.stderr]) stream?.on("data", (text) => (output += text));
  await expect.poll(() => (url = output.match(/dev: (http\S+)/)?.[1] ?? ""), soon).not.toBe("");
  page = await browser.newPage();
  await page.goto(url);
  await expectConnectable();
});

test.afterAll(() => {
  dev.kill("SIGKILL");
  rmSync(copy, { recursive: true, force: true });
});

/** Expects that the page's class of the package gets events from the event server. Vite may reload the page meanwhile. */
async function expectConnectable() {
  await expect(async () => {
    await page.click("#live-connect", { timeout: 5000 });
    await expect(page.locator("#live-state")).toHaveAttribute("data-state", "OPEN", { timeout: 5000 });
  }).toPass(soon);
}

/** Adds a line that sets a global to a module, and waits until the page has the global. */
async function expectReload(file: string, value: number) {
  appendFileSync(join(copy, file), `\nObject.assign(globalThis, { change${value}: true });\n`);
  const begin = Date.now();
  await expect.poll(() => page.evaluate(`globalThis.change${value}`).catch(() => undefined), soon).toBe(true);
  test.info().annotations.push({ type: "time", description: `${file}: ${Date.now() - begin} ms` });
}

test("a change in npm/ builds the package again and reloads the page", async () => {
  await expectReload("npm/source/queue.ts", 1);
  await expectConnectable();
});

test("a change in www/ reloads the page", async () => {
  await expectReload("www/src/main.ts", 2);
});

test("a compile error is printed, and the page is served unchanged", async () => {
  const file = join(copy, "npm", "source", "dispose.ts");
  writeFileSync(file, "export const dispose = ;\n");
  await expect.poll(() => output, soon).toMatch(/npm\/source\/dispose\.ts/);
  await page.goto(url);
  await expectConnectable();
  cpSync(join(checkout, "npm", "source", "dispose.ts"), file);
  await expectReload("npm/source/queue.ts", 3);
});

test("a type error is printed after the reload", async () => {
  await expectReload("npm/source/end.ts", 4);
  appendFileSync(join(copy, "npm", "source", "end.ts"), "\nexport const wrong: number = String();\n");
  await expect.poll(() => output, soon).toMatch(/source\/end\.ts.*error TS2322/);
});

test("Ctrl-C ends the server of the page and the event server", async () => {
  const ended = new Promise((resolve) => dev.once("exit", resolve));
  dev.kill("SIGINT");
  expect(await ended).toBe(130);
  await expect(fetch(url)).rejects.toThrow();
});
