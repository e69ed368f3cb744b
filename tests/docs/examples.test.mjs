/** The examples in the package's comments, in Chromium. Each runs in a frame with a server, and all its code must run. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import Fastify from "fastify";
import { rolldown } from "rolldown";
import { openPage } from "../browser/browsers.mjs";
import { Coverage } from "./coverage.mjs";
import { startServer } from "./server.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const written = `${root}/target/npm/docs/examples`;
const built = `${root}/target/npm/docs/built`;

/** The time, in ms, in which all code of an example must run. */
const PATIENCE = 40_000;

/** The head of each page. */
const HEAD = '<!doctype html><title>examples</title><link rel="icon" href="data:,">';

const names = readdirSync(written)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replace(/\.ts$/, ""));
const sources = new Map(names.map((name) => [name, readFileSync(`${written}/${name}.ts`, "utf8")]));

const problems = await runAll();
for (const name of names) test(`${name} runs`, () => assert.deepEqual(problems.get(name), []));

/** Runs all examples, and returns the problems of each. */
async function runAll() {
  await bundle();
  const site = Fastify({ forceCloseConnections: true });
  site.addHook("onRequest", async (_request, reply) => {
    reply.header("access-control-allow-origin", "*");
  });
  site.register(fastifyStatic, { root: built, prefix: "/built/" });
  site.get("/frame.mjs", (_request, reply) => reply.sendFile("frame.mjs", `${root}/tests/docs`));
  site.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(HEAD));
  const url = await site.listen({ host: "127.0.0.1", port: 0 });
  const servers = await Promise.all(
    names.map((name) =>
      startServer(sources.get(name), `${HEAD}<body><script type="module" src="${url}/frame.mjs?${name}"></script>`),
    ),
  );
  const opened = await openPage("chrome", url);
  try {
    const scriptOf = (name) => `${url}/built/${name}.js`;
    const scripts = new Map(names.map((name) => [scriptOf(name), readFileSync(`${built}/${name}.js`, "utf8")]));
    const coverage = await Coverage.start(await opened.page.createCDPSession(), scripts);
    await opened.page.evaluate(
      openFrames,
      servers.map((server) => server.url),
    );

    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const reports = await opened.page.evaluate(() => Object.fromEntries(globalThis.reports));
      await coverage.take();
      const all = new Map(
        names.map((name) => [
          name,
          problemsOf(name, reports[name], coverage.missing(scriptOf(name), `${relative(root, written)}/${name}.ts`)),
        ]),
      );
      const isFine = [...all.values()].every((list) => list.length === 0);
      if (isFine || Date.now() > deadline) return all;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await opened.close();
    await Promise.all([site, ...servers].map((server) => server.close()));
  }
}

function problemsOf(name, report, missing) {
  if (!report) return ["the example did not begin"];
  const shows = /\b(?:console\.\w+|show|log)\b/.test(sources.get(name).replaceAll(/^import .*|\/\/.*/gm, ""));
  return [
    ...report.problems,
    ...(report.isOver || report.problems.length > 0 ? [] : ["the example did not end"]),
    ...missing.map((part) => `this code did not run: ${part}`),
    ...(shows && report.shown.length === 0 ? ["the example showed nothing"] : []),
  ];
}

/** Runs in the page. */
function openFrames(urls) {
  globalThis.reports = new Map();
  addEventListener("message", ({ data }) => globalThis.reports.set(data.name, data));
  for (const url of urls) document.body.appendChild(document.createElement("iframe")).src = url;
}

/** Bundles each example into a script of its own. All other code is in chunks. */
async function bundle() {
  const made = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, `${written}/${name}.ts`])),
    cwd: root,
    platform: "browser",
    tsconfig: false,
  });
  await made.write({
    dir: built,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    cleanDir: true,
  });
  await made.close();
}
