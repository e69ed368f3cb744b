/** `run` of the scripts leaves no process of a command that exceeded its time limit. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../scripts/lib/command.mjs";

/** The time limit, in ms. Node.js can start twice in it, even on a busy machine. */
const LIMIT = 4000;

/** The time, in ms, in which a killed process must have ended. */
const PATIENCE = 10_000;

/** A grandchild that ignores SIGTERM, as a browser may after its driver has ended. It keeps no pipe of the child open. */
const STUBBORN = `process.on("SIGTERM", () => {}); process.send("ready"); process.disconnect(); setInterval(() => {}, 1000);`;

/** A child that starts this grandchild, prints its process ID, and ends at SIGTERM. */
const child = (options: string) => `
  const stdio = ["ignore", "ignore", "ignore", "ipc"];
  const grandchild = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(STUBBORN)}], { stdio${options} });
  grandchild.once("message", () => console.log(grandchild.pid));
  setInterval(() => {}, 1000);
`;

/** Whether a process runs. A zombie does not count. */
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
  assert.match(pid, /^\d+$/, `the grandchild did not start before the limit: ${result.output}`);
  for (let waited = 0; runs(pid) && waited < PATIENCE; waited += 100) await sleep(100);
  if (!runs(pid)) return false;
  process.kill(Number(pid), "SIGKILL");
  return true;
}

test("a time limit ends a grandchild too, in the child's process group and in its own group", {
  timeout: 60_000,
}, async () => {
  assert.deepEqual(await Promise.all([isLeftBehind(""), isLeftBehind(", detached: true")]), [false, false]);
});
