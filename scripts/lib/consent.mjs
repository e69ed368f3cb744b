/** Asks this machine's owner before a command changes the machine. */
import { createInterface } from "node:readline/promises";
import { Problem } from "./problem.mjs";

/** ms that a question waits for its answer. */
const PATIENCE = 120_000;

// Every command accepts --yes, so it is removed before a command parses its own options.
const flag = process.argv.indexOf("--yes");
if (flag !== -1) process.argv.splice(flag, 1);

const { CI, SETUP_YES } = process.env;
const isGiven = flag !== -1 || [CI, SETUP_YES].some((value) => value === "true" || value === "1");

/** Whether nobody has to be asked: as root, in CI, with `--yes` or SETUP_YES=1. */
export const isImplied = () => isGiven || process.getuid?.() === 0;

/** The last question. The next question waits for it. @type {Promise<unknown>} */
let asked = Promise.resolve();

/**
 * Fails unless the owner agrees, also if there is no terminal to ask at.
 *
 * @param {string} what the command, as a person would type it
 */
export async function agree(what) {
  if (isImplied()) return;
  const advice = `Run that command yourself, then run this again; or run this again with --yes or SETUP_YES=1.`;
  if (!process.stdin.isTTY)
    throw new Problem(`This needs \`${what}\`, and there is no terminal to ask at.`, { advice });
  const answer = asked.then(() => ask(`Shall this run \`${what}\`? [y/N] `));
  asked = answer.catch(() => {});
  if (!/^y(es)?$/i.test((await answer).trim())) throw new Problem(`You did not agree to \`${what}\`.`, { advice });
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
