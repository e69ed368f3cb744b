/** Whether this machine's owner agrees to something that changes the machine. */
import { createInterface } from "node:readline/promises";
import { Problem } from "./problem.mjs";

/** ms that a question waits for its answer. */
const PATIENCE = 120_000;

// Every command takes it, so it is taken off before a command reads its own.
const flag = process.argv.indexOf("--yes");
if (flag !== -1) process.argv.splice(flag, 1);

const { CI, SETUP_YES } = process.env;
const isGiven = flag !== -1 || [CI, SETUP_YES].some((value) => value === "true" || value === "1");

/** Whether nobody has to be asked: root's machine, CI, `--yes` or SETUP_YES=1. */
export const isImplied = () => isGiven || process.getuid?.() === 0;

/** One question at a time. @type {Promise<unknown>} */
let asked = Promise.resolve();

/**
 * Goes on if the owner agrees, and fails otherwise: also if nobody can be asked.
 *
 * @param {string} what a command, as a person would type it
 */
export async function agree(what) {
  if (isImplied()) return;
  const advice = `Run it yourself, then this again; or have this run it, with --yes or SETUP_YES=1.`;
  if (!process.stdin.isTTY)
    throw new Problem(`This needs \`${what}\`, and there is no terminal to ask at.`, { advice });
  const answer = asked.then(() => ask(`Shall this run \`${what}\`? [y/N] `));
  asked = answer.catch(() => {});
  if (!/^y(es)?$/i.test((await answer).trim())) throw new Problem(`\`${what}\` was not agreed to.`, { advice });
}

async function ask(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return "";
  } finally {
    terminal.close();
  }
}
