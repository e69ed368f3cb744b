import { defineConfig } from "vitest/config";

/** ms: a machine may be busy. */
export default defineConfig({ test: { testTimeout: 20_000 } });
