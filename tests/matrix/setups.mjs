/**
 * The set-ups in which the package is tested: the packages beside it, the files, and the commands. The last line that a set-up
 * prints is `ok`, or its failure. A page is opened in Chromium after its build.
 *
 * @typedef {object} Setup
 * @property {string} name
 * @property {Record<string, string>} [packages] with their versions
 * @property {Record<string, string>} files
 * @property {string[][]} commands of Node.js, of the packages installed, or of the system; `$SERVER` is the event server's URL
 * @property {Record<string, number>} [sizes] the size limits of built files, in KiB of brotli
 * @property {string} [page] the file of the page that the last command built
 * @property {string[]} [serve] instead of a last command, the command that serves the result at `http://127.0.0.1:$PORT/`
 */

import { readFileSync } from "node:fs";

/** The test in the guide, with Jest's functions. */
const GUIDE = new URL("../../docs/guides/testing.md", import.meta.url);
const [, FROM_GUIDE] = /```js\n(import assert[\s\S]+?)\n```/.exec(readFileSync(GUIDE, "utf8")) ?? [];
const TESTED = FROM_GUIDE.replaceAll(/^import \{ test \}.*\n/gm, "").replaceAll(
  /^import (.+) from (".+");$/gm,
  "const $1 = require($2);",
);

const imports = (main, parser) => `
import * as main from "${main}";
import * as parser from "${parser}";
import { EXPECTED, run } from "./program.mjs";`;

const importing = (main, parser) => `${imports(main, parser)}
const check = async (base) => {
  const seen = JSON.stringify(await run(main, parser, base));
  return seen === JSON.stringify(EXPECTED) ? "ok" : seen;
};`;

const [MAIN, PARSER] = ["eventsource-wasm", "eventsource-wasm/parser"];

const ENDING = `
console.log(await check(globalThis.Deno ? Deno.args[0] : process.argv[2]));
(globalThis.Deno ?? process).exit(0);`;

const PROGRAM = importing(MAIN, PARSER) + ENDING;

const REQUIRING = `
const main = require("${MAIN}");
const parser = require("${PARSER}");
const { EXPECTED, run } = require("./program.cjs");`;

const REQUIRED = `${REQUIRING}
run(main, parser, process.argv[2]).then((seen) => {
  const result = JSON.stringify(seen);
  console.log(result === JSON.stringify(EXPECTED) ? "ok" : result);
  process.exit(0);
});`;

/** Both ways to load the package must give one copy, so that its classes are identical. */
const BOTH = `
const required = require("${MAIN}");
import("${MAIN}").then((imported) => {
  console.log(required.FetchEventSource === imported.FetchEventSource ? "ok" : "two copies");
});`;

const ALL_COME = `
test("all come", async () => {
  expect(await run(main, parser, process.env.SERVER)).toEqual(EXPECTED);
});`;

/** Prints `ok` as the last line. The lines of a test runner come before it. */
const PRINT = `console.log("ok");`;

const VITEST = `
export default {
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
    testTimeout: 30_000,
  },
};`;

const jest = (version, environment, packages = {}, code = REQUIRING + ALL_COME + TESTED) => ({
  name: `Jest ${version}, ${environment}`,
  packages: { jest: `^${version}.0.0`, ...packages },
  files: {
    "package.test.js": code,
    "jest.config.js": `module.exports = { testEnvironment: "${environment}", testTimeout: 30_000, forceExit: true };`,
    "print.cjs": PRINT,
  },
  commands: [["jest"], ["node", "print.cjs"]],
});

/** Plain Jest with jsdom, whose globals lack `fetch`, encoders, streams and message channels. */
const PLAIN_JSDOM = `
const { FetchEventSource } = require("${MAIN}");
const { createParser } = require("${PARSER}");
test("the parser parses", () => {
  const seen = [];
  const parser = createParser({ onEvent: ({ data }) => seen.push(data) });
  parser.feed("data: grün");
  parser.feed(Uint8Array.of(0xf0, 0x9f, 0x8e, 0x89, 10, 10));
  expect(seen).toEqual(["grün🎉"]);
});
test("the error of a source names what is missing", async () => {
  const { error } = await new FetchEventSource("/events").closed;
  expect([error.code, error.cause.message]).toEqual(["request", expect.stringContaining("give one by the option 'fetch'")]);
});
test("a source reads the response of a fetch option", async () => {
  const chunks = ["id: 7\\ndata: grün\\n\\n", "event: end\\ndata: -\\n\\n"].map((text) => Uint8Array.from(Buffer.from(text)));
  const read = async () => ({ done: chunks.length === 0, value: chunks.shift() });
  const body = { getReader: () => ({ read, cancel: async () => {}, releaseLock() {} }) };
  const headers = new Headers({ "content-type": "text/event-stream" });
  const fetch = async () => ({ status: 200, ok: true, headers, body, url: "", text: async () => "" });
  const source = new FetchEventSource("/events", { fetch, until: { event: "end" } });
  const seen = [];
  source.addEventListener("message", ({ data, lastEventId }) => seen.push(data + lastEventId));
  expect([(await source.closed).code, seen]).toEqual(["complete", ["grün7"]]);
});`;

const TYPED = `
import { EventSource, events, FetchEventSource } from "eventsource-wasm";
import { fetchEventSource } from "eventsource-wasm/fetch-event-source";
import { createParser } from "eventsource-wasm/parser";
import { EventSourceParserStream } from "eventsource-wasm/parser/stream";
import { TestClock } from "eventsource-wasm/testing";

type Feed = { update: { percent: number }; done: object };

// The export has no explicit type, so its declaration must be able to name the inferred type.
export const source = new FetchEventSource<Feed>("/x", { decode: "json" });
export const native = new EventSource<{ message: string }>("/x");
export const stream = events<Feed>("/x", { decode: "json" });
export const off = source.on("update", ({ percent }) => console.log(percent.toFixed()));
export const disposed = () => off[Symbol.dispose]();
export const read = async () => {
  for await (const event of stream) if (event.type === "update") console.log(event.data.percent.toFixed());
};
export const loop = async () => {
  for await (const { type } of source.events()) console.log(type);
};
export { createParser, EventSourceParserStream, fetchEventSource, TestClock };`;

/**
 * A set-up for a version of TypeScript and each module resolution that it supports, with a check of imported declarations.
 * `types` replaces the library of the DOM.
 */
const typeScript = (version, resolutions, { types = "", ofTypes = "" } = {}) => ({
  name: `TypeScript ${version}${types && ", without the DOM"}`,
  packages: { typescript: `~${version}.0`, ...(types && { [`@types/${types}`]: ofTypes }) },
  files: {
    "app.ts": TYPED,
    "print.cjs": PRINT,
    ...Object.fromEntries(
      resolutions.map((moduleResolution) => [
        `tsconfig.${moduleResolution}.json`,
        JSON.stringify({
          compilerOptions: {
            declaration: true,
            outDir: "out",
            strict: true,
            skipLibCheck: false,
            exactOptionalPropertyTypes: true,
            target: "es2022",
            lib: ["es2022", ...(types ? [] : ["dom", "dom.iterable"])],
            module: moduleResolution === "nodenext" ? "nodenext" : "esnext",
            moduleResolution,
            types: types ? [types] : [],
          },
          files: ["app.ts"],
        }),
      ]),
    ),
  },
  commands: [...resolutions.map((name) => ["tsc", "-p", `tsconfig.${name}.json`]), ["node", "print.cjs"]],
});

/** Listeners of each kind must run in the zone in which they were added, not in the zone of the source. */
const ZONES = `
import "zone.js";
import { FetchEventSource } from "eventsource-wasm";
const zone = (name) => Zone.current.fork({ name });
const source = zone("source").run(() => new FetchEventSource(process.argv[2] + "/numbers", { until: { event: "end" } }));
const zones = new Set();
zone("on").run(() => source.on("message", () => zones.add("on: " + Zone.current.name)));
zone("any").run(() => source.onAny(() => zones.add("any: " + Zone.current.name)));
zone("add").run(() => source.addEventListener("message", () => zones.add("add: " + Zone.current.name)));
await source.closed;
const found = [...zones].sort().join();
console.log(found === "add: add,any: any,on: on" ? "ok" : found);
process.exit(0);`;

/** Node.js with the globals of a simulated window. */
const HAPPY_DOM = `
import { Window } from "happy-dom";
const window = new Window({ url: process.argv[2] });
for (const name of ["Event", "EventTarget", "MessageEvent", "document", "AbortController", "AbortSignal", "DOMException"]) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}
delete globalThis.MessageChannel;
await import("./main.mjs");`;

/** Removes WebAssembly after the fetch of Node.js has started, which uses WebAssembly itself. */
const NO_WEBASSEMBLY = `
await fetch("http://127.0.0.1:9/").catch(() => {});
WebAssembly.Module = function () {
  throw new WebAssembly.CompileError("there is none");
};`;

const WORKER = `${importing(MAIN, PARSER).replace("./program.mjs", "program")}
export default {
  async fetch(_request, { BASE }) {
    return new Response(await check(BASE).catch((error) => String(error.cause ?? error)));
  },
};`;

const edge = (file) => `node_modules/eventsource-wasm/dist/edge/${file}`;

const workerdConfig = (date) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:$PORT", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "worker.mjs"),
    (name = "program", esModule = embed "program.mjs"),
    (name = "eventsource-wasm", esModule = embed "${edge("index.js")}"),
    (name = "client.wasm?module", wasm = embed "${edge("client.wasm")}"),
    (name = "eventsource-wasm/parser", esModule = embed "${edge("parser.js")}"),
    (name = "eventsource-wasm/parser.wasm?module", wasm = embed "${edge("parser.wasm")}"),
  ],
  bindings = [(name = "BASE", text = "$SERVER")],
  compatibilityDate = "${date}",
);`;

const EDGE_RUNTIME = `
const { EdgeRuntime } = require("edge-runtime");
const runtime = new EdgeRuntime();
runtime.evaluate(require("fs").readFileSync("out.js", "utf8"));
runtime.context.check(process.argv[2]).then((result) => {
  console.log(result);
  process.exit(0);
});`;

const NEXT = `${importing(MAIN, PARSER).replace("./program.mjs", "../program.mjs")}
export const runtime = "edge";
export const dynamic = "force-dynamic";
export const GET = async () => new Response(await check("$SERVER").catch((error) => String(error.cause ?? error)));`;

const PAGE = `${importing(MAIN, PARSER)}
const base = new URLSearchParams(location.search).get("server");
check(base).catch(String).then((result) => {
  document.body.dataset.result = result;
});`;

const HTML = `<!doctype html><meta charset="utf-8"><title>matrix</title><link rel="icon" href="data:,"><body>
<script type="module" src="./out/main.js"></script>`;

/** An application that uses only the wrapper of the browser's class, so its bundle needs no engine. */
const ALONE = `import { EventSource } from "${MAIN}";\nglobalThis.source = EventSource;`;

/**
 * The size limits of this application, in KiB of brotli. Bundles of webpack and Rspack also have code that loads chunks.
 */
const LIMIT = { ofEsbuild: 4, ofRollup: 4, ofWebpack: 4.5 };

/**
 * A set-up for a bundler that makes `out/main.js` from `main.mjs`, and `alone/alone.js` from `alone.mjs`.
 *
 * @param {{ commands: string[][], limit: number, packages: Record<string, string>, files?: Record<string, string> }} how
 */
const bundled = (name, { packages, commands, limit, files = {} }) => ({
  name,
  packages,
  files: { "main.mjs": PAGE, "alone.mjs": ALONE, "index.html": HTML, ...files },
  commands,
  sizes: { "alone/alone.js": limit },
  page: "index.html",
});

const PACK = `
const pack = (name, folder) => ({
  mode: "production",
  entry: { [name]: "./" + name + ".mjs" },
  output: { path: __dirname + "/" + folder, publicPath: folder + "/" },
});
module.exports = [pack("main", "out"), pack("alone", "alone")];`;

/** Vite without a page, so that the output file has a fixed name. */
const viteConfig = (entry, folder) => `
export default {
  base: "./",
  build: {
    outDir: "${folder}",
    rolldownOptions: { input: "${entry}.mjs", output: { entryFileNames: "[name].js" } },
  },
};`;

/** In a module with the extension `.mjs`, webpack 4 imports only the default export of CommonJS, so this entry is `.js`. */
const PACK_BY_4 = `module.exports = { mode: "production", entry: "./main.js", output: { path: __dirname + "/out" } };`;

/** @type {Setup[]} */
export const SETUPS = [
  { name: "Node.js", files: { "main.mjs": PROGRAM }, commands: [["node", "main.mjs", "$SERVER"]] },
  { name: "Node.js, require", files: { "main.cjs": REQUIRED }, commands: [["node", "main.cjs", "$SERVER"]] },
  {
    name: "Node.js, require of the CommonJS build",
    files: { "main.cjs": REQUIRED },
    commands: [["node", "--conditions=require", "--no-experimental-require-module", "main.cjs", "$SERVER"]],
  },
  { name: "Node.js, both ways", files: { "main.cjs": BOTH }, commands: [["node", "main.cjs"]] },
  ...["5.0", "5.5", "5.9"].map((version) => typeScript(version, ["bundler", "nodenext", "node10"])),
  typeScript("7.0", ["bundler", "nodenext"]),
  typeScript("5.9", ["bundler", "nodenext"], { types: "node", ofTypes: "^20.0.0" }),
  jest(29, "node"),
  jest(30, "node"),
  jest(30, "jsdom", { "jest-environment-jsdom": "^30.0.0" }, PLAIN_JSDOM),
  jest(30, "jest-fixed-jsdom", { "jest-fixed-jsdom": "^0.0.11", "jest-environment-jsdom": "^30.0.0" }),
  {
    name: "Node.js without WebAssembly",
    files: { "main.mjs": importing(MAIN, `${PARSER}/js`) + ENDING, "without.mjs": NO_WEBASSEMBLY },
    commands: [["node", "--import", "./without.mjs", "main.mjs", "$SERVER"]],
  },
  {
    name: "Node.js, the entries without WebAssembly",
    files: { "main.mjs": importing(`${MAIN}/js`, `${PARSER}/js`) + ENDING },
    commands: [["node", "main.mjs", "$SERVER"]],
  },
  {
    name: "zone.js",
    packages: { "zone.js": "^0.15.0" },
    files: { "main.mjs": ZONES },
    commands: [["node", "main.mjs", "$SERVER"]],
  },
  {
    name: "happy-dom",
    packages: { "happy-dom": "^20.0.0" },
    files: { "main.mjs": PROGRAM, "window.mjs": HAPPY_DOM },
    commands: [["node", "window.mjs", "$SERVER"]],
  },
  {
    name: "Vitest, happy-dom",
    packages: { vitest: "^4.0.0", "happy-dom": "^20.0.0" },
    files: {
      "package.test.mjs": `import { expect, test } from "vitest";\n${imports(MAIN, PARSER)}${ALL_COME}`,
      "vitest.config.mjs": VITEST,
      "print.cjs": PRINT,
    },
    commands: [
      ["vitest", "run"],
      ["node", "print.cjs"],
    ],
  },
  ...["20", "22", "24", "26"].map((version) => ({
    name: `Node.js ${version}`,
    packages: { node: `^${version}.0.0` },
    files: { "main.mjs": PROGRAM, "main.cjs": REQUIRED },
    commands: [
      ["../node/bin/node", "main.mjs", "$SERVER"],
      ["../node/bin/node", "main.cjs", "$SERVER"],
    ],
  })),
  {
    name: "Deno",
    packages: { deno: "^2.5.0" },
    files: { "main.mjs": PROGRAM },
    commands: [["deno", "run", "-A", "--node-modules-dir=manual", "main.mjs", "$SERVER"]],
  },
  {
    name: "Bun",
    packages: { bun: "^1.3.0" },
    files: { "main.mjs": PROGRAM },
    commands: [["bun", "main.mjs", "$SERVER"]],
  },
  ...["2026-01-01", "2022-01-01"].map((date) => ({
    name: `workerd, compatibility date ${date}`,
    packages: { workerd: "^1.20251101.0" },
    files: { "worker.mjs": WORKER, "config.capnp": workerdConfig(date) },
    commands: [],
    serve: ["workerd", "serve", "config.capnp"],
  })),
  {
    name: "edge-runtime",
    packages: { "edge-runtime": "^4.0.0", esbuild: "^0.27.0" },
    files: { "main.mjs": `${importing(MAIN, PARSER)}\nglobalThis.check = check;`, "run.cjs": EDGE_RUNTIME },
    commands: [
      ["esbuild", "main.mjs", "--bundle", "--format=iife", "--outfile=out.js"],
      ["node", "run.cjs", "$SERVER"],
    ],
  },
  {
    name: "Next.js, edge",
    packages: { next: "^16.0.0", react: "^19.0.0", "react-dom": "^19.0.0" },
    files: { "app/route.js": NEXT, "next.config.mjs": `export default { turbopack: { root: import.meta.dirname } };` },
    commands: [["next", "build"]],
    serve: ["next", "start", "-H", "127.0.0.1", "-p", "$PORT"],
  },
  ...[["--splitting"], []].map((splitting) =>
    bundled(`esbuild${splitting.length > 0 ? "" : ", one file"}`, {
      packages: { esbuild: "^0.27.0" },
      commands: ["main", "alone"].map((entry) => [
        "esbuild",
        ...[`${entry}.mjs`, "--bundle", "--format=esm", "--minify", ...splitting],
        `--outdir=${entry === "main" ? "out" : entry}`,
      ]),
      limit: LIMIT.ofEsbuild,
    }),
  ),
  bundled("webpack", {
    packages: { webpack: "^5.100.0", "webpack-cli": "^6.0.0" },
    commands: [["webpack"]],
    limit: LIMIT.ofWebpack,
    files: { "webpack.config.cjs": PACK },
  }),
  bundled("Rspack", {
    packages: { "@rspack/core": "^2.0.0", "@rspack/cli": "^2.0.0" },
    commands: [["rspack", "build"]],
    limit: LIMIT.ofWebpack,
    files: { "rspack.config.cjs": PACK },
  }),
  bundled("Rollup", {
    packages: { rollup: "^4.50.0", "@rollup/plugin-node-resolve": "^16.0.0", "@rollup/plugin-terser": "^1.0.0" },
    commands: [
      ["rollup", "main.mjs", "-p", "node-resolve={browser:true}", "-d", "out"],
      ["rollup", "alone.mjs", "-p", "node-resolve={browser:true}", "-p", "terser", "-d", "alone"],
    ],
    limit: LIMIT.ofRollup,
  }),
  bundled("Vite", {
    packages: { vite: "^8.0.0" },
    commands: [
      ["vite", "build", "--config", "main.config.mjs"],
      ["vite", "build", "--config", "alone.config.mjs"],
    ],
    limit: LIMIT.ofRollup,
    files: {
      "main.config.mjs": viteConfig("main", "out"),
      "alone.config.mjs": viteConfig("alone", "alone"),
    },
  }),
  {
    name: "webpack 4",
    packages: { webpack: "^4.47.0", "webpack-cli": "^4.10.0" },
    files: { "main.js": PAGE, "index.html": HTML, "webpack.config.js": PACK_BY_4 },
    commands: [["webpack"]],
    page: "index.html",
  },
  {
    name: "Parcel",
    packages: { parcel: "^2.16.0" },
    files: { "main.mjs": PAGE, "index.html": HTML.replace("./out/main.js", "main.mjs") },
    commands: [["parcel", "build", "index.html", "--public-url=./", "--dist-dir=out"]],
    page: "out/index.html",
  },
];
