import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const dist = new URL("../../dist/", import.meta.url);
const engines = new URL("../../target/npm/bindgen/", import.meta.url);

test("the package has no trace: no import, no text of it, and no output on the console", () => {
  const files = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith(".js"));
  assert(files.length > 4, `${files}`);
  for (const file of files)
    assert.doesNotMatch(readFileSync(new URL(file, dist), "utf8"), /console\.(?!warn)|env:\s*\{/, file);
  for (const name of ["client", "parser", "shared"]) {
    const engine = readFileSync(new URL(`${name}.wasm`, engines));
    assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(engine)), [], name);
    assert.doesNotMatch(engine.toString("latin1"), /attempt=|Response /, name);
  }
});
