import { rmSync } from "node:fs";
import { relative } from "node:path";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, root } from "../lib/paths.mjs";
import { runNodeTests } from "./node-tests.mjs";

const SOURCES = at("tests", "unit");
/** The folder of the tests as JavaScript. */
const MADE = "target/unit";

/** A module with WebAssembly as text, which only the build of the engine writes. */
const ENGINE = /_wasm\.js$/;

/** Tests single modules of the npm package in Node. Neither Rust nor the package has to be built. */
export const unit = {
  name: "unit",
  title: "unit: node --test",
  needs: ["nodePackages"],
  async run(options) {
    await bundle();
    return runNodeTests(MADE, { ...options, env: { NODE_OPTIONS: "--enable-source-maps" } });
  },
};

/** Compiles the tests to JavaScript for Node.js 20. The engine is an empty text, so a test that starts an engine fails. */
async function bundle() {
  // Imported here, since the package exists only after npm ci.
  const { rolldown } = await import("rolldown");
  const files = filesBelow(SOURCES).filter((file) => file.endsWith(".test.ts"));
  rmSync(at(MADE), { recursive: true, force: true });
  const bundle = await rolldown({
    input: Object.fromEntries(files.map((file) => [relative(SOURCES, file).replace(/\.ts$/, ""), file])),
    cwd: root,
    platform: "node",
    tsconfig: at("tsconfig.json"),
    plugins: [
      {
        name: "no-engine",
        resolveId: (id) => (ENGINE.test(id) ? id : undefined),
        load: (id) => (ENGINE.test(id) ? 'export default "";' : undefined),
      },
    ],
  });
  await bundle.write({
    dir: at(MADE),
    entryFileNames: "[name].mjs",
    chunkFileNames: "shared/[name].mjs",
    sourcemap: true,
  });
  await bundle.close();
}
