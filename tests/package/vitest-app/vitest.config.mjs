import { defineConfig } from "vitest/config";

/** The limit is long, because the machine may be busy. */
export default defineConfig({ test: { testTimeout: 20_000 } });
