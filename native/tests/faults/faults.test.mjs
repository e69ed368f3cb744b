/** The client over reqwest, against the faulty servers of the browser tests. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { pause } from "../../../tests/faults/exchange.mjs";
import { broken, faults } from "../../../tests/faults/faults.mjs";
import { FaultServer } from "../../../tests/faults/server.mjs";

const PROGRAM = /** @type {string} */ (process.env.FAULTS_CLIENT);
/** The time limit, in ms, of all outcomes. A source has 20 s, and a busy machine is slower. */
const PATIENCE = 60_000;
/** The time, in ms, in which the last connection of a source must close. */
const LEAVING = 5000;

/** Faults that the client is known not to handle. With these it must fail. @type {(name: string) => boolean} */
const differs = (name) => /^(gzip|br)\b/.test(name);
const WHY = "reqwest is built without decoders here: it asks for no compression, and refuses a compressed response";

/**
 * @typedef {{ wrong: string | null, codes: string[], time: number }} Outcome
 * @typedef {import("../../../tests/faults/server.mjs").Fault & { says?: string }} Fault
 */

const all = /** @type {Fault[]} */ ([...faults, ...broken]);
const servers = all.map((fault) => new FaultServer(fault));
const outcomes = all.map(() => deferred());
/** @type {import("node:child_process").ChildProcess[]} */
const children = [];

/** Whether a fault has so many bytes that a time limit of another fault would pass meanwhile. */
const isHeavy = ({ fault: { total, suffix, repeat } }) => total * (16 + suffix.length * repeat) > 1_000_000;

before(async () => {
  await Promise.all(servers.map((server) => server.start()));
  setTimeout(() => giveUp(`no outcome within ${PATIENCE} ms`), PATIENCE).unref();
  runAll([servers.filter(isHeavy), servers.filter((server) => !isHeavy(server))]);
});

after(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const server of servers) server.stop();
});

/** Runs one group after the other. @param {FaultServer[][]} groups */
async function runAll(groups) {
  for (const group of groups) await runClient(group);
  giveUp("the client has ended");
}

/** Runs the client to its end. @param {FaultServer[]} group */
function runClient(group) {
  const jobs = group.map(({ port, fault: { total, suffix, repeat, idSuffix, client } }) => {
    return { url: `http://127.0.0.1:${port}/`, total, suffix, repeat, idSuffix, client };
  });
  const child = spawn(PROGRAM, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, RUST_BACKTRACE: "0" } });
  children.push(child);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { index, ...outcome } = JSON.parse(line);
    outcomes[servers.indexOf(group[index])].resolve(outcome);
  });
  child.stdin.end(JSON.stringify(jobs));
  return new Promise((resolve) => {
    child.on("close", resolve);
    child.on("error", (error) => resolve(giveUp(error.message)));
  });
}

/** Ends all jobs without an outcome. @param {string} wrong the mistake of these jobs */
function giveUp(wrong) {
  for (const { resolve } of outcomes) resolve({ wrong, codes: [], time: 0 });
}

for (const [index, { name, says }] of all.entries()) {
  test(says === undefined ? name : `noticed: ${name}`, async () => {
    const outcome = /** @type {Outcome} */ (await outcomes[index].promise);
    const server = servers[index];
    const deadline = Date.now() + LEAVING;
    while (server.open > 0 && Date.now() < deadline) await pause(20);
    const wrong = judge(server, outcome);
    if (says !== undefined) assert.ok(wrong?.includes(says), `the suite reports ${wrong ?? "nothing"}`);
    else if (differs(name)) assert.notEqual(wrong, undefined, `no longer differs: ${WHY}`);
    else assert.equal(wrong, undefined);
  });
}

/** @param {FaultServer} server @param {Outcome} outcome */
function judge(server, { wrong, codes }) {
  const { least, most, codes: expected, check } = server.fault;
  const requests = server.requests.length;
  const judgements = [
    wrong,
    ...server.complaints,
    requests < least ? `the fault did not happen: ${requests} requests, not ${least}` : undefined,
    server.open > 0 ? `${server.open} connections were not closed` : undefined,
    requests > most ? `${requests} requests, not ${most}` : undefined,
    ...expected.map((code) => (codes.includes(code) ? undefined : `no error "${code}", but ${codes.join(", ")}`)),
    wrong === null ? check?.(server) : undefined,
  ];
  return judgements.find((judgement) => judgement !== undefined && judgement !== null);
}

/** Node.js 20 has no `Promise.withResolvers`. */
function deferred() {
  let resolve = (_outcome) => {};
  const promise = new Promise((resolveIt) => {
    resolve = resolveIt;
  });
  return { promise, resolve };
}
