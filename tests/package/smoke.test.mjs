/**
 * The packed tarball as its users get it: installed in a fresh Vite application without configuration. The types of the
 * application are checked, and it runs in a real browser. Needs TARBALL and CHROMIUM, which `npm test -- --only package` sets.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { startStreamServer } from "./stream-server.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const template = fileURLToPath(new URL("fresh-app", import.meta.url));
const { TARBALL: tarball = "", CHROMIUM: executablePath = "" } = process.env;

const EXPECTED = {
  fetched: [10, 12, 14],
  native: ["1", "2", "3"],
  once: "You said: Hi. Héllo wörld",
  replaced: "You said: Hi. Héllo wörld[DONE]",
  parsed: [{ event: "greeting", data: "hello", id: "7" }],
};

const LIMIT = { timeout: 120_000 };
/** The time limit, in ms, of npm's installation of the application, and of other programs. */
const INSTALLING = 120_000;

const app = mkdtempSync(join(tmpdir(), "fresh-app-"));
const installed = join(app, "node_modules", "eventsource-wasm");

before(() => {
  cpSync(template, app, { recursive: true });
  const version = (name) => readJson(join(root, "node_modules", name, "package.json")).version;
  const devDependencies = { vite: version("vite"), typescript: version("typescript") };
  const manifest = {
    private: true,
    type: "module",
    dependencies: { "eventsource-wasm": `file:${tarball}` },
    devDependencies,
  };
  writeFileSync(join(app, "package.json"), JSON.stringify(manifest));
  inApp("npm", "install", "--prefer-offline", "--no-audit", "--no-fund");
});

after(() => rmSync(app, { recursive: true, force: true }));

test("the tarball has the built modules, their types and the texts, and nothing else", () => {
  const { exports } = readJson(join(root, "package.json"));
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === "string"
      ? target
      : Object.values(target).flatMap((one) => (typeof one === "string" ? one : Object.values(one))),
  );
  const files = filesOf(installed);
  const texts = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"];

  // Webpack 4, Parcel and TypeScript's node10 resolve sub-paths by these folders.
  const folders = Object.keys(exports).filter((path) => path !== "." && typeof exports[path] === "object");
  assert.deepEqual(
    files.filter((file) => !file.startsWith("dist/")).sort(),
    [...texts, ...folders.map((path) => `${path.slice(2)}/package.json`)].sort(),
  );
  assert.deepEqual(
    files.filter((file) => file.startsWith("dist/") && !/\.(d\.c?ts|c?js(\.map)?|wasm)$/.test(file)),
    [],
  );
  for (const target of targets)
    assert.ok(files.includes(target.replace("./", "")), `${target} is exported, but missing`);
  assert.deepEqual(
    files.filter((file) => file.endsWith(".d.ts")).filter((file) => !reachable(targets).has(file)),
    [],
    "declarations that no entry imports",
  );
});

test("each import of a module of the tarball is in the tarball", () => {
  const files = new Set(filesOf(installed));
  let count = 0;
  for (const file of [...files].filter((one) => /\.c?js$/.test(one))) {
    const code = readFileSync(join(installed, file), "utf8");
    for (const [, specifier] of code.matchAll(/(?:from|import\(|require\() ?["`'](\.[^"`'?]+)/g)) {
      const target = join(dirname(file), specifier);
      assert.ok(files.has(target), `${file} imports ${target}`);
      count += 1;
    }
  }
  assert.ok(count > 10, `${count} imports`);
});

/** How the build writes bytes of WebAssembly. */
const hexOf = (text) => Buffer.from(text).toString("hex");

test("no file of the tarball names a path of the machine that built it", () => {
  const folders = [root, homedir(), tmpdir(), process.env.CARGO_HOME, process.env.RUSTUP_HOME];
  const paths = folders.filter((folder) => folder !== undefined).map((folder) => `${folder.replace(/\/$/, "")}/`);
  let engines = 0;
  for (const file of filesOf(installed)) {
    const contents = readFileSync(join(installed, file), "latin1");
    const inlined = (text) => contents.includes(hexOf(text));
    for (const path of [...paths, "/.cargo/", "/registry/src/", "/rustlib/"]) {
      assert.ok(!contents.includes(path), `${file} names ${path}`);
      assert.ok(!inlined(path), `the WebAssembly in ${file} names ${path}`);
    }
    assert.ok(
      !inlined("src/"),
      `the WebAssembly in ${file} has texts of panics: the build compiles the standard library so that they go`,
    );
    const times = ["client_new", "parser_new"].map((name) => contents.split(hexOf(name)).length - 1);
    // A minifier may inline a constant at each use.
    assert.ok(Math.max(...times) <= 1, `${file} has an engine twice`);
    if (inlined("\0asm") && Math.max(...times) === 1) engines += 1;
  }
  assert.equal(engines, 4, "the number of files with an engine, found by the names of its functions");
});

test("no module names a global of Node.js directly, because bundlers would add a polyfill", () => {
  const bare = /(?<![\w$.'"`])(?:Buffer|process|setImmediate|global)\b(?!\s*[:}=])\.?/;
  for (const file of filesOf(installed).filter((name) => /\.c?js$/.test(name))) {
    const code = readFileSync(join(installed, file), "utf8").replaceAll(/"(?:[^"\\\n]|\\.)*"|`[^`]*`/g, "");
    const [found] = bare.exec(code) ?? [];
    assert.equal(found, undefined, `${file} has ${found}`);
  }
});

for (const [kind, code] of Object.entries({
  "an ES module": `import { FetchEventSource } from "eventsource-wasm";`,
  "a CommonJS module": `const { FetchEventSource } = require("eventsource-wasm");`,
})) {
  test(`the stack trace of an error in ${kind} names the TypeScript`, () => {
    const type = code.startsWith("import") ? "module" : "commonjs";
    const flags = ["--enable-source-maps", "--conditions=require", `--input-type=${type}`];
    const { stderr } = spawnSync(
      process.execPath,
      [...flags, "-e", `${code} new FetchEventSource("http://x/", { retry: 1 });`],
      {
        cwd: app,
        encoding: "utf8",
        ...LIMIT,
      },
    );
    assert.match(stderr, /npm\/source\/options\.ts:\d+:\d+/);
  });
}

for (const [moduleResolution, module] of [
  ["bundler", "ESNext"],
  ["nodenext", "NodeNext"],
]) {
  test(`its types pass a strict check with moduleResolution ${moduleResolution}`, () => {
    inApp("npx", "tsc", "-p", ".", "--module", module, "--moduleResolution", moduleResolution);
  });
}

test("an application built with `vite build` receives events", LIMIT, async () => {
  inApp("npx", "vite", "build");
  await seenUnder(["preview"]);
});

/** Chromium compiles a module that begins with this line in the background. */
const HINT = "//# allFunctionsCalledOnLoad\n";

test(
  "the modules for browsers begin with the compile hint, and the application's chunk does by the guide's configuration",
  LIMIT,
  async () => {
    const begins = (file) => readFileSync(file, "utf8").startsWith(HINT);
    for (const name of ["index", "parser", "parser/stream", "compat/fetch-event-source", "shared/shared-event-source"])
      assert.ok(begins(join(installed, "dist", `${name}.js`)), name);

    inApp("npx", "vite", "build", "--config", "compile-hint.config.js");
    const assets = join(app, "dist", "assets");
    const scripts = readdirSync(assets).filter((file) => file.endsWith(".js"));
    const hinted = scripts.filter((file) => begins(join(assets, file)));
    assert.equal(hinted.length, 1, scripts.join());
    assert.match(hinted.join(), /^eventsource-wasm-/);
    await seenUnder(["preview"]);
  },
);

test("an application served by `vite` in development receives events", LIMIT, () => seenUnder([]));

/** Serves the application by a command of Vite, and checks it in the browser. */
async function seenUnder(command) {
  const streams = await startStreamServer();
  const vite = await serve(command);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
  try {
    const page = await browser.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));

    await page.goto(`${vite.url}?server=${encodeURIComponent(streams.origin)}`);
    await page.waitForSelector("body[data-done]", { state: "attached", timeout: 20_000 }).catch(() => {});
    const { seen = "null", failed } = await page.evaluate(() => ({ ...document.body.dataset }));

    assert.deepEqual(complaints, [], "messages in the browser's console");
    assert.equal(failed, undefined);
    assert.deepEqual(JSON.parse(seen), EXPECTED);
  } finally {
    await browser.close();
    vite.stop();
    streams.close();
  }
}

/** @returns {Promise<{ url: string, stop: () => void }>} */
function serve(command) {
  const vite = spawn(join(app, "node_modules", ".bin", "vite"), [...command, "--host", "127.0.0.1", "--port", "0"], {
    cwd: app,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let printed = "";
    vite.stdout.on("data", (chunk) => {
      printed += chunk;
      const url = printed.match(/http:\/\/127\.0\.0\.1:\d+\//)?.[0];
      if (url) resolve({ url, stop: () => vite.kill() });
    });
    vite.once("close", () => reject(new Error(`vite ended:\n${printed}`)));
  });
}

function inApp(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: app, encoding: "utf8", timeout: INSTALLING });
  assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
}

/** The sorted paths of all files below a folder. */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

/** The declaration files that the exported declarations import, directly or indirectly. */
function reachable(targets) {
  const pending = targets.filter((target) => target.endsWith(".d.ts")).map((target) => target.replace("./", ""));
  for (const file of pending) {
    const imports = readFileSync(join(installed, file), "utf8").matchAll(/from "(\..+?)\.js"/g);
    for (const [, path] of imports) {
      const name = `${join(dirname(file), path)}.d.ts`;
      if (!pending.includes(name)) pending.push(name);
    }
  }
  return new Set(pending);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
