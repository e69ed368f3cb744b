/** `npm run bench:start`: measures our entries and other libraries from `import()` to the first event, in Chromium. */
import { createServer } from "node:http";
import { brotliCompressSync } from "node:zlib";
import { at } from "../../scripts/lib/paths.mjs";
import { step } from "../../scripts/lib/progress.mjs";
import { startChromium, threadClock, titleOf } from "../lib/chromium.mjs";
import { machine, versions } from "../lib/legend.mjs";
import { markdown } from "../lib/markdown.mjs";
import { median } from "../lib/median.mjs";
import { chosen, count } from "../lib/options.mjs";
import { SUBJECTS } from "./names.mjs";
import { measure } from "./page.mjs";

/**
 * @typedef {{ fetch: number, evaluate: number, engine: number, rest: number, total: number }} Times in ms. `fetch`: until the
 *   module has arrived; `evaluate`: its parsing and evaluation; `engine`: compilation and instantiation of WebAssembly; `rest`:
 *   all other time until the first event; `total`: all of these except `fetch`
 * @typedef {Times & { thread: number }} Start `thread`: the main thread's time, the import included
 */

export const OPTIONS = /** @type {const} */ ({
  subject: { type: "string", default: Object.keys(SUBJECTS).join(",") },
  rounds: { type: "string", default: "31" },
});

/** The first line of our published modules. A bundler keeps it if the user says so: see the FAQ. */
const COMPILE_HINT = "//# allFunctionsCalledOnLoad";

/** The data of the event. */
const DATA = JSON.stringify({ choices: [{ delta: { content: "Hello" } }] });

/**
 * @param {{ subject: string, rounds: string }} options a list with commas, and the number of starts
 * @param {{ chromium: () => Promise<string> }} needs the path of Chromium
 */
export async function benchStart(options, needs) {
  const subjects = chosen("subject", options.subject, Object.keys(SUBJECTS));
  const rounds = count("rounds", options.rounds);

  const header = machine();
  const modules = await bundleEach(subjects);
  const server = await serve(modules);
  const browser = await startChromium(await needs.chromium());
  /** @type {Record<string, Start[]>} */
  const times = Object.fromEntries(subjects.map((subject) => [subject, []]));
  try {
    await step(`chromium: ${rounds} rounds`, async () => {
      for (let round = 0; round < rounds; round += 1) {
        for (const index of subjects.keys()) {
          const subject = subjects[(index + round) % subjects.length];
          times[subject].push(await startOnce(browser, server.url, subject));
        }
      }
    });
  } finally {
    await browser.close();
    server.close();
  }
  console.log(`\n${header}\n${versions(SUBJECTS)}\n${rounds} rounds\n\n${table(titleOf(browser), times, modules)}\n`);
}

/** Bundles each subject into one file, tree-shaken and minified as in an application. */
async function bundleEach(subjects) {
  // Imported here, since the package exists only after npm ci.
  const { rolldown } = await import("rolldown");
  /** @type {Map<string, string>} */
  const modules = new Map();
  for (const subject of subjects) {
    const { module = subject, isHinted = false } = SUBJECTS[subject];
    const bundle = await rolldown({ input: at("benches", "start", "subjects", `${module}.mjs`), platform: "browser" });
    const postBanner = isHinted ? COMPILE_HINT : "";
    const { output } = await bundle.generate({ format: "esm", minify: true, postBanner });
    await bundle.close();
    modules.set(subject, output[0].code);
  }
  return modules;
}

/** Serves the modules. The headers give the page a high-resolution clock. @param {Map<string, string>} modules */
async function serve(modules) {
  const headers = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  const server = createServer(({ url = "/" }, response) => {
    const module = modules.get(url.slice(1));
    const type = module === undefined ? "text/html" : "text/javascript";
    response.writeHead(200, { ...headers, "content-type": `${type}; charset=utf-8` });
    response.end(module ?? "<!doctype html><title>bench</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Measures one start, in a new process that has compiled nothing before. */
async function startOnce(browser, origin, subject) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    const threadTime = await threadClock(await context.newCDPSession(page));
    const begin = await threadTime();
    const times = await page.evaluate(measure, { url: `/${subject}`, data: DATA });
    return { ...times, thread: (await threadTime()) - begin };
  } finally {
    await context.close();
  }
}

/** @param {string} title @param {Record<string, Start[]>} times @param {Map<string, string>} modules */
function table(title, times, modules) {
  const columns = /** @type {const} */ (["total", "evaluate", "engine", "rest", "fetch", "thread"]);
  const cell = (values) => `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)})`;
  const rows = Object.entries(times).map(([subject, list]) => [
    SUBJECTS[subject].title,
    ...columns.map((column) => cell(list.map((one) => one[column]))),
    (brotliCompressSync(modules.get(subject) ?? "").length / 1024).toFixed(1),
  ]);
  const heads = [
    "total",
    "evaluation",
    "WebAssembly",
    "first event",
    "fetch (not in total)",
    "main thread",
    "KiB brotli",
  ];
  return [`${title}: ms, median (fastest round)`, "", ...markdown([["", ...heads], ...rows])].join("\n");
}
