/** Tests the JavaScript and the tables of the README and the guides. `tests/docs/` tests their TypeScript. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { samplesOf, texts } from "../../scripts/docs/samples.mjs";
import { LIMITS, LIMITS_ALONE } from "../../scripts/test/size.mjs";
import { DIFFERENCES } from "../browser/conformance/differences.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (...path) => readFileSync(join(root, ...path), "utf8");

/** The first cells of the rows of all tables in a text. */
const firstCells = (text) => [...text.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell.replaceAll("`", ""));

test("the JavaScript tests in the guides pass", () => {
  const samples = texts().flatMap(samplesOf);
  const tests = samples.filter(({ language, code }) => language === "js" && code.includes('from "node:test"'));
  assert(tests.length >= 1);
  const folder = join(root, "target", "guides");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = tests.map(({ name, code }) => {
    const file = join(folder, `${name}.test.mjs`);
    writeFileSync(file, code);
    return file;
  });
  // Without this variable, the child does not report its tests as tests of this run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, status } = spawnSync(process.execPath, ["--test", ...files], {
    encoding: "utf8",
    env,
    timeout: 60_000,
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, new RegExp(`pass ${tests.length}`));
});

test("the guide to servers shows parts of tested servers", () => {
  const folder = join(root, "examples", "servers");
  const servers = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(mjs|go|rs|py)$/.test(file) && !file.includes("node_modules"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const parts = samplesOf("docs/guides/servers-and-proxies.md").filter(({ language }) =>
    ["js", "go", "rust", "python"].includes(language),
  );
  assert(parts.length >= 1);
  for (const { name, code } of parts)
    assert(
      servers.some((text) => text.includes(code)),
      name,
    );
});

test("the FAQ shows a configuration of Vite that is tested", () => {
  const samples = samplesOf("docs/guides/faq.md").filter(({ language }) => language === "js");
  const tested = read("tests", "package", "fresh-app", "compile-hint.config.js");
  assert.deepEqual(
    samples.map(({ code }) => code),
    [tested.trimEnd()],
  );
});

test("the README has at most 120 lines, and its samples at most 12", () => {
  assert(read("README.md").trimEnd().split("\n").length <= 120);
  for (const { name, code } of samplesOf("README.md")) assert(code.split("\n").length <= 12, name);
});

test("the README names the limits of the sizes", () => {
  const kib = (limit) => `${limit} KiB`;
  const size = /\*\*Size\*\*.+/.exec(read("README.md"))?.[0] ?? "";
  assert(size.includes(`\`EventSource\` ${kib(LIMITS_ALONE.EventSource)}`), size);
  assert(size.includes(`the parser ${kib(LIMITS.parser)}`), size);
  assert(size.includes(`\`events()\` ${kib(LIMITS_ALONE.events)}`), size);
  assert(size.includes(`the main entry ${kib(LIMITS.index)}`), size);
});

test("the guide lists each difference from the browser's EventSource that the conformance tests know, and no other", () => {
  const rows = read("docs", "guides", "migrating-from-browser-eventsource.md")
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

test("the guide lists each error code, and no other", () => {
  const codes = [...read("npm", "error", "code.ts").matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code);
  const [, section] = read("docs", "guides", "what-happens-when.md").split("## Error codes");
  assert(codes.length > 10);
  assert.deepEqual(firstCells(section).slice(1).sort(), codes.sort());
});
