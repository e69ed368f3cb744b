import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this checkout. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A path inside the checkout. */
export const at = (...parts) => join(root, ...parts);

/** A program that an npm package of this project brought along. */
export const npmProgram = (name) => at("node_modules", ".bin", name);

/** Everything made on the way to the npm package: Cargo's folder, so that `cargo clean` clears it too. */
export const work = at("target", "npm");

/** Where each test layer leaves its whole output. */
export const logs = at("target", "logs");

/**
 * Tools that this project builds for itself. One folder per user rather than per checkout, so that a fresh clone needs no
 * new build of them.
 */
export const toolCache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "eventsource-wasm", "tools");
