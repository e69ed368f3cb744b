import { rmSync } from "node:fs";
import { relative } from "node:path";
import { filesBelow } from "../lib/fingerprint.mjs";
import { at, root } from "../lib/paths.mjs";
import { runNodeTests } from "./node-tests.mjs";

const SOURCES = at("tests", "unit");
/** Where Node.js finds the tests as JavaScript. */
const MADE = "target/unit";

/** A module of WebAssembly as text, which the build of the engine makes. */
const ENGINE = /_wasm\.js$/;

/** Modules of the npm package by themselves, in Node: neither Rust nor the package has to be built. */
export const unit = {
  name: "unit",
  title: "unit: node --test",
  needs: ["nodePackages"],
  async run(options) {
    await bundle();
    return runNodeTests(MADE, { ...options, env: { NODE_OPTIONS: "--enable-source-maps" } });
  },
};

/** TypeScript to what Node.js 20 can run. In place of the engine there is none: a test that starts it fails. */
async function bundle() {
  // Not at the top: it is there only once npm ci has run.
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
