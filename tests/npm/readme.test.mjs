import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the README's TypeScript compiles against the package's types", () => {
  const blocks = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```/gms)];
  assert(blocks.length >= 4);
  const folder = join(root, "target", "readme");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  blocks.forEach(([, code], index) => {
    writeFileSync(join(folder, `${index}.ts`), code);
  });
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "ES2022",
    module: "ESNext",
    moduleResolution: "bundler",
  };
  const lib = ["ES2022", "DOM", "DOM.Iterable", "ESNext.Disposable"];
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...compilerOptions, lib, types: [] } }),
  );
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const { stdout, status } = spawnSync(process.execPath, [join(typescript, "bin", "tsc"), "-p", folder], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout);
});
