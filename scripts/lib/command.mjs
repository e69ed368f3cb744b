import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "./paths.mjs";
import { Problem } from "./problem.mjs";

/**
 * Children that still run. Each leads a process group of its own, so that stopping it also stops what it started (cargo
 * starts rustc, a driver starts a browser).
 */
const running = new Set();

/**
 * @typedef {object} Options
 * @property {string} [cwd] the checkout if not given
 * @property {Record<string, string | undefined>} [env] added to this process's; `undefined` removes
 * @property {(line: string) => void} [onLine] each line as it is printed
 * @property {number} [timeout] ms; after this the child is stopped and counts as failed
 * @property {string} [advice] what to do if it fails
 * @property {boolean} [mayFail] return a result with a non-zero code rather than throw
 */

/**
 * Runs a program to its end and gives back what it printed.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<{ code: number, stdout: string, output: string }>} `output` has stderr too
 */
export function run(program, args, options = {}) {
  const { child, output, stdout } = start(program, args, options);
  const shown = [program.split("/").pop(), ...args].join(" ");

  return new Promise((resolve, reject) => {
    let timedOut = false;
    const timer = setTimeout(
      () => {
        timedOut = true;
        stop(child);
      },
      options.timeout ?? 20 * 60_000,
    );

    child.once("error", (error) => {
      clearTimeout(timer);
      reject(new Problem(`\`${shown}\` could not be started: ${error.message}.`, { advice: options.advice }));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (timedOut) output.push(`stopped after ${Math.round((options.timeout ?? 20 * 60_000) / 1000)} s`);
      const result = { code: code ?? 1, stdout: stdout.join("\n"), output: output.join("\n") };
      if (result.code === 0 || options.mayFail) return resolve(result);
      const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
      const advice = options.advice ?? "Its output is above: mend what that names, then run this again.";
      reject(new Problem(`\`${shown}\` ${how}.`, { advice, output: result.output }));
    });
  });
}

/**
 * Starts a program and returns at once. It is stopped when this process ends.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Options} [options]
 */
export function start(program, args, options = {}) {
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, CARGO_TERM_COLOR: "never", NO_COLOR: "1", FORCE_COLOR: undefined, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));

  /** @type {string[]} */
  const output = [];
  /** @type {string[]} */
  const stdout = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      output.push(line);
      if (stream === child.stdout) stdout.push(line);
      options.onLine?.(line);
    });
  }
  return { child, output, stdout };
}

/** Asks a child and all that it started to end, and insists after two seconds. */
export async function stop(child) {
  if (!running.has(child)) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  signalGroup(child, "SIGTERM");
  const insist = setTimeout(() => signalGroup(child, "SIGKILL"), 2000);
  await closed;
  clearTimeout(insist);
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

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended by itself.
  }
}

for (const [signal, code] of /** @type {const} */ ([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
])) {
  process.once(signal, () => end(code));
}

/** npm, when it is told to end, tells only the shell between itself and this script: that shell's end is our signal. */
const shell = process.ppid;
setInterval(() => {
  if (process.ppid !== shell) end(143);
}, 500).unref();

async function end(code) {
  await Promise.all([...running].map(stop));
  process.exit(code);
}

process.on("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL");
});
