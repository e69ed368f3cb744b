/** What the scripts' `run` leaves behind of a command whose time limit is over. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../scripts/lib/command.mjs";

/** ms, in which Node.js starts twice on a busy machine. */
const LIMIT = 4000;

/** ms; a process that is killed takes a moment to go. */
const PATIENCE = 10_000;

/** A grandchild that SIGTERM does not end, as a browser whose driver has ended may be. It keeps no pipe of the child open. */
const STUBBORN = `process.on("SIGTERM", () => {}); process.send("ready"); process.disconnect(); setInterval(() => {}, 1000);`;

/** A child that starts such a grandchild, prints its ID, and ends as soon as it is asked to. */
const child = (options: string) => `
  const stdio = ["ignore", "ignore", "ignore", "ipc"];
  const grandchild = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(STUBBORN)}], { stdio${options} });
  grandchild.once("message", () => console.log(grandchild.pid));
  setInterval(() => {}, 1000);
`;

/** Whether a process runs; a zombie does not. */
function runs(pid: string): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8", timeout: 5000 });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}

async function isLeftBehind(options: string): Promise<boolean> {
  let pid = "";
  const onLine = (line: string) => {
    pid = line;
  };
  const result = await run(process.execPath, ["-e", child(options)], {
    ...{ timeout: LIMIT, cwd: tmpdir(), mayFail: true, onLine },
  });
  assert.equal(result.isStopped, true);
  assert.match(pid, /^\d+$/, `the grandchild was up before the limit: ${result.output}`);
  for (let waited = 0; runs(pid) && waited < PATIENCE; waited += 100) await sleep(100);
  if (!runs(pid)) return false;
  process.kill(Number(pid), "SIGKILL");
  return true;
}

test("a time limit ends a grandchild too, in the group of the child or in one of its own", {
  timeout: 60_000,
}, async () => {
  assert.deepEqual(await Promise.all([isLeftBehind(""), isLeftBehind(", detached: true")]), [false, false]);
});
