/**
 * Compares, in one run in Chromium, the crate of this checkout, an older revision, gloo-net and web-sys by hand.
 * `node benches/crate/bench.mjs [--old 57a90df] [--events 20000] [--rounds 9]`
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { parseArgs } from "node:util";
import { wasmEnv } from "../../scripts/build/rustflags.mjs";
import { run } from "../../scripts/lib/command.mjs";
import { at, toolCache } from "../../scripts/lib/paths.mjs";
import { main } from "../../scripts/lib/problem.mjs";
import { ensureBrowser } from "../../scripts/setup/browser.mjs";
import { startChromium, titleOf } from "../lib/chromium.mjs";
import { machine } from "../lib/legend.mjs";
import { median } from "../lib/median.mjs";

const WASM = "wasm32-unknown-unknown";
const target = at("target", "bench", "crate");

/** Pairs of revision and subject. Each "new" is compared with the "old" above it. */
const SUBJECTS = [
  ["old", "on"],
  ["new", "on"],
  ["old", "on_raw + serde_json"],
  ["new", "on_raw + serde_json"],
  ["old", "events().typed"],
  ["new", "events().typed"],
  ["old", "EventSource::on"],
  ["new", "EventSource::on"],
  ["", "web-sys"],
  ["", "gloo-net"],
];

const DATA = '{"id":1234567890,"symbol":"BTC-EUR","side":"buy","price":63251.25,"amount":0.0421,"time":1764400000123}';

await main(async () => {
  const { values } = parseArgs({
    options: {
      old: { type: "string", default: "57a90df" },
      events: { type: "string", default: "20000" },
      rounds: { type: "string", default: "9" },
    },
  });
  const [events, rounds] = [Number(values.events), Number(values.rounds)];
  checkOut(values.old);
  await buildModule();
  const server = await serve(events);
  const browser = await startChromium((await ensureBrowser()).chromium);
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const times = await page.evaluate(race, { subjects: SUBJECTS, events, rounds, data: DATA });
    console.log(
      `${machine()}\n${titleOf(browser)}; ${events} events of ${DATA.length} bytes, ${rounds} rounds; old: ${values.old}\n`,
    );
    print(times, events);
  } finally {
    await browser.close();
    server.close();
  }
});

/** Extracts the older revision with another version number, so that Cargo accepts both. @param {string} revision */
function checkOut(revision) {
  const folder = at("target", "bench", "old");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync("git", ["archive", revision, "src", "Cargo.toml", "README.md"], {
    cwd: at(),
    maxBuffer: 1 << 28,
  });
  execFileSync("tar", ["x"], { cwd: folder, input: archive });
  const manifest = join(folder, "Cargo.toml");
  const text = readFileSync(manifest, "utf8")
    .replace(/^members = .*$/m, "")
    .replace(/^version = "0\.1\.0"$/m, 'version = "0.0.1"')
    .replace(/^\[\[bench\]\]\n(.+\n)*/m, "");
  writeFileSync(manifest, text);
}

async function buildModule() {
  const manifest = at("benches", "crate", "Cargo.toml");
  await run("cargo", ["build", "--release", "--manifest-path", manifest, "--target", WASM, "--target-dir", target], {
    env: wasmEnv,
  });
  const version = /name = "wasm-bindgen"\nversion = "(.+)"/.exec(
    readFileSync(at("benches", "crate", "Cargo.lock"), "utf8"),
  )?.[1];
  const tool = join(toolCache, `wasm-bindgen-cli-${version}`, "bin", "wasm-bindgen");
  const module = join(target, WASM, "release", "eventsource_wasm_crate_bench.wasm");
  await run(tool, [
    "--target",
    "web",
    "--no-typescript",
    "--out-dir",
    join(target, "page"),
    "--out-name",
    "page",
    module,
  ]);
}

/** Serves the page, its module, and a stream that stays open. @param {number} events */
async function serve(events) {
  const stream = Buffer.from(`event: trade\ndata: ${DATA}\n\n`.repeat(events));
  const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const head = (type) => response.writeHead(200, { "content-type": type, "cache-control": "no-store" });
    if (path === "/events") head("text/event-stream").write(stream);
    else if (path.startsWith("/page")) head(types[extname(path)]).end(readFileSync(join(target, "page", path)));
    else head("text/html").end("<!doctype html><title>bench</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}

/** Runs in the page: measures the subjects in turn, in ms. Each round begins with another subject; the first is a warm-up. */
async function race({ subjects, events, rounds, data }) {
  const module = await import(`${location.origin}/page.js`);
  await module.default();
  const streams = subjects.map(() => []);
  const decodes = { old: [], new: [], serde_json: [] };
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const index = (turn + round) % subjects.length;
      const [revision, subject] = subjects[index];
      globalThis.gc?.();
      const time = await module.run(revision, subject, `${location.origin}/events`, events);
      if (round > 0) streams[index].push(time);
    }
    for (const [revision, times] of Object.entries(decodes)) {
      const time = module.decode(revision, data, events);
      if (round > 0) times.push(time);
    }
  }
  return { streams, decodes };
}

function print({ streams, decodes }, events) {
  const each = (times) => ((median(times) * 1e6) / events).toFixed(0);
  // Ratios are computed within a round: a busy machine slows both subjects.
  const ratio = (old, now) => median(old.map((time, round) => time / now[round])).toFixed(2);
  const pair = (name, old, now) => console.log(`| ${name} | ${each(old)} | ${each(now)} | ${ratio(old, now)}x |`);
  const alone = (name, times) => console.log(`| ${name} | | ${each(times)} | |`);
  console.log("| ns for each event | old | new | new is faster by |\n|---|--:|--:|--:|");
  pair("`RawEvent::decode`", decodes.old, decodes.new);
  alone("`serde_json::from_str`", decodes.serde_json);
  SUBJECTS.forEach(([revision, subject], index) => {
    if (revision === "new") pair(`\`${subject}\``, streams[index - 1], streams[index]);
    if (revision === "") alone(`${subject}, and serde_json`, streams[index]);
  });
}
