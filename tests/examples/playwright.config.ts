import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import type { Options } from "../page/fixtures.ts";
import page from "../page/playwright.config.ts";

/** The folder of the examples that `npm run test:examples` has built, with a folder for each. */
const built = fileURLToPath(new URL("../../target/examples/pages", import.meta.url));

export default defineConfig<Options>({
  ...(page as object),
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: join(tmpdir(), "eventsource-wasm-examples"),
  projects: readdirSync(built).map((name) => ({ name, use: { root: join(built, name) } })),
});
