import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./paths.mjs";
import { Problem } from "./problem.mjs";

/**
 * The running children. Each child leads a process group, so a signal to the group also stops the child's own children (cargo
 * starts rustc, a driver starts a browser).
 */
const running = new Set();

/** Whether this process got a signal to end. It then only waits for its children. */
let isEnding = false;

/** ms that a program may run by default. */
const TIMEOUT = 20 * 60_000;
/** ms that a program may print nothing by default: a single crate may compile for minutes. */
const SILENCE = 5 * 60_000;

/** ms between SIGTERM and SIGKILL. */
const GRACE = 2000;

/**
 * @typedef {object} Options
 * @property {string} [cwd] default: the root of the checkout
 * @property {Record<string, string | undefined>} [env] added to the environment of this process; `undefined` removes a variable
 * @property {(line: string) => void} [onLine] called with each printed line
 * @property {(message: any) => void} [onMessage] called with each message of a Node.js child
 * @property {number} [timeout] ms after which the child is stopped and counts as failed
 * @property {number} [silence] ms without a line or a message after which the child is stopped and counts as failed
 * @property {AbortSignal} [signal] stops the child
 * @property {string} [advice] what the reader can do after a failure
 * @property {boolean} [mayFail] return the result of a failed child instead of throwing
 */

/**
 * Runs a program to its end and returns its output.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<{ code: number, stdout: string, output: string, isStopped: boolean }>} `output` includes
 *   stderr; `isStopped`: `timeout` or `silence` stopped the child
 */
export function run(program, args, options = {}) {
  const { timeout = TIMEOUT, silence = SILENCE, onLine, onMessage } = options;
  const alive = (tell) => (what) => {
    silent.refresh();
    tell?.(what);
  };
  const listeners = { onLine: alive(onLine), ...(onMessage && { onMessage: alive(onMessage) }) };
  const { child, output, stdout } = start(program, args, { ...options, ...listeners });
  const shown = [program.split("/").pop(), ...args].join(" ");

  /** Why the child was stopped. @type {string | undefined} */
  let stopped;
  let stopping;
  const stopBecause = (why) => () => {
    stopped ??= `stopped: ${why}`;
    stopping ??= stop(child);
  };
  const late = setTimeout(stopBecause(`it did not end within ${timeout / 1000} s`), timeout);
  const silent = setTimeout(stopBecause(`it printed nothing for ${silence / 1000} s`), silence);
  const clear = () => {
    clearTimeout(late);
    clearTimeout(silent);
  };

  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      clear();
      reject(new Problem(`\`${shown}\` could not be started: ${error.message}.`, { advice: options.advice }));
    });
    child.once("close", async (code, signal) => {
      clear();
      await stopping;
      // The last messages of a child may arrive after it has closed.
      if (child.connected) await Promise.race([once(child, "disconnect"), sleep(2000)]);
      if (stopped) output.push(stopped);
      const result = {
        code: stopped ? 1 : (code ?? 1),
        stdout: stdout.join("\n"),
        output: output.join("\n"),
        isStopped: stopped !== undefined,
      };
      if (result.code === 0 || options.mayFail) return resolve(result);
      const how = stopped ? `was ${stopped}` : signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
      const advice = options.advice ?? "Its output is above: correct the cause, then run this again.";
      reject(new Problem(`\`${shown}\` ${how}.`, { advice, output: result.output }));
    });
  });
}

/**
 * Starts a program and returns at once. The program is stopped when this process ends.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Options} [options]
 */
export function start(program, args, options = {}) {
  if (isEnding) throw new Problem(`\`${program}\` was not started: this process is about to end.`);
  /** @type {import("node:child_process").StdioOptions} */
  const stdio = ["ignore", "pipe", "pipe"];
  if (options.onMessage) stdio.push("ipc");
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, CARGO_TERM_COLOR: "never", NO_COLOR: "1", FORCE_COLOR: undefined, ...options.env },
    stdio,
    detached: true,
  });
  if (options.onMessage) child.on("message", options.onMessage);
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));
  options.signal?.addEventListener("abort", () => stop(child), { once: true });

  /** @type {string[]} */
  const output = [];
  /** @type {string[]} */
  const stdout = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      output.push(line);
      if (stream === child.stdout) stdout.push(line);
      options.onLine?.(line);
    });
  }
  return { child, output, stdout };
}

/**
 * Stops a child and its descendants: SIGTERM to its process group, then SIGKILL after two seconds. SIGKILL also goes to the
 * descendants that lead a process group of their own, as browsers do, since a killed child cannot stop them.
 */
export async function stop(child) {
  if (!running.has(child)) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  const started = descendants(child.pid);
  const insistAt = performance.now() + GRACE;
  signalGroup(child.pid, "SIGTERM");
  const insist = setTimeout(() => {
    started.push(...descendants(child.pid));
    for (const pid of [child.pid, ...started]) signalGroup(pid, "SIGKILL");
    // A process that survives SIGKILL may hold the pipes open.
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, GRACE);
  await closed;
  clearTimeout(insist);
  // The child may end before its own children, such as a driver before its browser.
  while (signalGroup(child.pid, 0) && performance.now() < insistAt) await sleep(50);
  for (const pid of [child.pid, ...started]) signalGroup(pid, "SIGKILL");
}

/** The process IDs of all descendants of a process. @returns {number[]} */
function descendants(pid) {
  const { stdout = "" } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8", timeout: 5000 });
  const all = (stdout ?? "").split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) found.push(...all.filter(([, of]) => of === parent).map(([child]) => child));
  return found.slice(1);
}

/** The path of a program on PATH, or `undefined`. */
export function which(program) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return undefined;
}

/** Sends a signal to a process group. Returns whether the group exists; signal 0 only checks. */
function signalGroup(pid, signal) {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

for (const [signal, code] of /** @type {const} */ ([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
])) {
  process.once(signal, () => end(code));
}

/** The shell between npm and this script. A signal to npm reaches only this shell, so its end stops this process too. */
const shell = process.ppid;
setInterval(() => {
  if (process.ppid !== shell) end(143);
}, 500).unref();

async function end(code) {
  isEnding = true;
  await Promise.all([...running].map(stop));
  process.exit(code);
}

process.on("exit", () => {
  for (const child of running) signalGroup(child.pid, "SIGKILL");
});
