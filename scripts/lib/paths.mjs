import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this checkout. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A path inside the checkout. */
export const at = (...parts) => join(root, ...parts);

/** The path of a program from an npm package of this project. */
export const npmProgram = (name) => at("node_modules", ".bin", name);

/** The folder of intermediate files of the npm package. It is below Cargo's folder, so that `cargo clean` removes it too. */
export const work = at("target", "npm");

/** The folder with the whole output of each test layer. */
export const logs = at("target", "logs");

/**
 * The folder of the tools that this project builds for itself. All checkouts of a user share it, so a fresh clone does not
 * build them again.
 */
export const toolCache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "eventsource-wasm", "tools");
