/**
 * What survives: `node native/compare/compare.mjs` runs each client against the servers of the faults, as far as these need
 * only what each client can be asked for: reconnects after 20 ms and one time limit. It prints the tables of the README.
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { pause } from "../../tests/faults/exchange.mjs";
import { faults } from "../../tests/faults/faults.mjs";
import { FaultServer } from "../../tests/faults/server.mjs";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const TARGET = join(FOLDER, "..", "..", "target", "compare");
const CLIENTS = ["eventsource-reqwest", "reqwest-eventsource", "eventsource-client", "sseer"];
/** Options of the faults that each client has, in some form. */
const COMMON = ["connectTimeout", "idleTimeout", "method", "body"];
/** Faults at a time, each in a process of its own: one that keeps its client busy fails alone. */
const AT_ONCE = 16;
/** ms for a fault. */
const PATIENCE = 30_000;
/** ms for the last connections to be closed. */
const LEAVING = 2000;

/** Beside the servers of the suite: what these clients are asked for more often than browsers are. */
const OWN = [
  {
    name: "a POST whose answer ends is sent once",
    times: 5,
    least: 1,
    most: 1,
    client: { method: "POST", body: "the question", ends: true, once: true },
    serve: (exchange) => void exchange.begin().end(exchange.next()),
  },
  {
    name: "204 behind a stream is the end",
    times: 5,
    least: 2,
    most: 2,
    client: { ends: true },
    serve: (exchange) => void (exchange.index === 0 ? exchange.begin().end(exchange.next()) : exchange.refuse(204)),
  },
  {
    name: "sends no empty `Last-Event-ID`",
    async serve(exchange) {
      exchange.demand(!exchange.request.hasEmptyId, "Last-Event-ID is empty");
      await exchange.send(exchange.head());
      await exchange.fin();
    },
  },
];

/** The rows of the table: the name of a fault, and another for the table. */
const ROWS = [
  ["closed in mid-event"],
  ["reset in mid-character of UTF-8"],
  ["the server restarts, and accepts no connection for 300 ms", "the server restarts"],
  ["silent in mid-event", "silent in mid-event, with a time limit"],
  ["503", "503, before the stream and between"],
  ["503 with Retry-After in seconds", "503 with `Retry-After: 1`"],
  ["the ID is reset", "the ID is reset by an empty `id`"],
  [OWN[2].name],
  ["a byte order mark on each connection"],
  [OWN[0].name],
  [OWN[1].name],
];

const needsOnlyWhatAllHave = ({ client = {} }) =>
  Object.keys(client).every((key) => COMMON.includes(key) || (key === "retry" && client[key] === "standard"));
const asked = [...faults.filter(needsOnlyWhatAllHave), ...OWN];

const built = spawnSync("cargo", ["build", "--manifest-path", join(FOLDER, "Cargo.toml"), "--target-dir", TARGET], {
  stdio: "inherit",
});
if (built.status !== 0) process.exit(1);
const all = [];
for (const client of CLIENTS) all.push(await runClient(client));

const lock = readFileSync(join(FOLDER, "Cargo.lock"), "utf8");
const version = (name) => lock.match(new RegExp(`name = "${name}"\\nversion = "([^"]+)"`))?.[1];
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
row(["", ...CLIENTS.map((name) => `${name} ${version(name)}`)]);
row(["---", ...CLIENTS.map(() => "---")]);
for (const [name, label = name] of ROWS) {
  const index = asked.findIndex((fault) => fault.name === name);
  row([label, ...all.map((results) => (results[index] === undefined ? "yes" : "no"))]);
}
const survived = (results) => results.filter((wrong) => wrong === undefined).length;
row([`of all ${asked.length} servers`, ...all.map((results) => `${survived(results)}`)]);
for (const [place, name] of CLIENTS.entries()) {
  console.log(`\n${name}:`);
  for (const [index, wrong] of all[place].entries()) if (wrong) console.log(`  ${asked[index].name}: ${wrong}`);
}

/** Most servers take an empty `Last-Event-ID` for none; those of the faults do not. */
function forgiveEmptyId(request) {
  request.hasEmptyId = request.headers["last-event-id"] === "";
  if (request.hasEmptyId) delete request.headers["last-event-id"];
}

/** What was wrong with each fault. @param {string} client @returns {Promise<(string | undefined)[]>} */
async function runClient(client) {
  const servers = asked.map((fault) => new FaultServer(fault));
  for (const { http } of servers) http.prependListener("request", forgiveEmptyId);
  await Promise.all(servers.map((server) => server.start()));
  const wrongs = asked.map(() => /** @type {string | undefined} */ ("no outcome"));
  const queue = [...servers.keys()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      wrongs[next] = await outcomeOf(client, servers[next]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const deadline = Date.now() + LEAVING;
  while (servers.some(({ open }) => open > 0) && Date.now() < deadline) await pause(20);
  const results = servers.map((server, index) => {
    const { least, most, check } = server.fault;
    const requests = server.requests.length;
    return (
      wrongs[index] ??
      server.complaints[0] ??
      (requests < least ? `the fault did not happen: ${requests} requests` : undefined) ??
      (requests > most ? `${requests} requests, not ${most}` : undefined) ??
      check?.(server) ??
      undefined
    );
  });
  for (const server of servers) server.stop();
  return results;
}

/** @param {string} client @param {FaultServer} server @returns {Promise<string | undefined>} */
async function outcomeOf(client, { port, fault: { total, suffix, repeat, idSuffix, client: asked } }) {
  const { once, retry, ...options } = asked;
  const repeats = once !== true && retry !== "standard";
  const job = { url: `http://127.0.0.1:${port}/`, total, suffix, repeat, idSuffix, client: { repeats, ...options } };
  const child = spawn(join(TARGET, "debug", "compare"), [client], {
    stdio: ["pipe", "pipe", process.env.SHOW_PANICS ? "inherit" : "ignore"],
  });
  /** @type {string | undefined} */
  let wrong = "no outcome";
  createInterface({ input: child.stdout }).on("line", (line) => {
    wrong = JSON.parse(line).wrong ?? undefined;
  });
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  child.stdin.end(JSON.stringify(job));
  await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(late);
  return wrong;
}
