import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { work } from "./paths.mjs";
import { Problem } from "./problem.mjs";

/** ms to wait for the lock: longer than any build. */
const PATIENCE = 10 * 60_000;

/**
 * Runs `body` under a lock of this checkout: `npm start` in one terminal and `npm test` in another must not write the same
 * files at once.
 */
export async function exclusively(name, body) {
  const file = join(work, `${name}.lock`);
  mkdirSync(work, { recursive: true });
  const since = Date.now();
  for (let told = false; !take(file); told = true) {
    if (!told) console.log(`  waiting for another ${name} of this checkout (process ${ownerOf(file) ?? "unknown"})`);
    if (Date.now() - since > PATIENCE) {
      throw new Problem(`Another ${name} of this checkout did not end.`, { advice: `If none runs, remove ${file}.` });
    }
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await body();
  } finally {
    process.off("exit", release);
    release();
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const owner = ownerOf(file);
    // An owner that was killed left its lock behind.
    if (owner !== undefined && !isAlive(owner)) rmSync(file, { force: true });
    return false;
  }
}

function ownerOf(file) {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
