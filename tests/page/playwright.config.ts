import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

/** The installed browser. `undefined` leaves the choice to Playwright. */
const chromium = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: ".",
  outputDir: join(tmpdir(), "eventsource-wasm-page"),
  fullyParallel: true,
  workers: 2,
  timeout: 30_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: "list",
  use: {
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: ["--disable-background-networking", "--no-first-run", ...(asRoot ? ["--no-sandbox"] : [])],
    },
  },
  projects: [{ name: "page" }],
});
