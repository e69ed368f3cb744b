import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DIFFERENCES } from "../browser/conformance/differences.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

const readme = readFileSync(join(root, "README.md"), "utf8");

/** The code blocks of one language, each in a file of its own. */
function written(language, name) {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))];
  const folder = join(root, "target", "readme", language);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = blocks.map((_, index) => join(folder, name(index)));
  blocks.forEach(([, code], index) => {
    writeFileSync(files[index], code);
  });
  return { folder, files };
}

test("the README's JavaScript, which tests itself, passes", () => {
  const { files } = written("js", (index) => `${index}.test.mjs`);
  assert(files.length >= 1);
  // Not as a part of this run, which would take its report for its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, status } = spawnSync(process.execPath, ["--test", ...files], { encoding: "utf8", env });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /pass 1/);
});

test("the README's TypeScript compiles against the package's types", () => {
  const { folder, files } = written("ts", (index) => `${index}.ts`);
  assert(files.length >= 4);
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

test("the README tells of each difference from the browser's EventSource that the conformance tests know, and of no other", () => {
  const [, section] = readme.split("### The browser's `EventSource`\n");
  const rows = section
    .split("\n### ")[0]
    .replaceAll("`", "")
    .split("\n")
    .filter((line) => /^\| [^|]/.test(line));
  const isTheBrowsersToo = ({ tests, reason }) =>
    DIFFERENCES.some((other) => other.source === "EventSource" && other.tests === tests && other.reason === reason);
  const ours = DIFFERENCES.filter((one) => one.source === "FetchEventSource" && !isTheBrowsersToo(one));
  for (const { reason } of ours) {
    assert(
      rows.some((row) => row.includes(reason)),
      reason,
    );
  }
  assert.equal(rows.length, ours.length);
});
