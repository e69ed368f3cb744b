import { run, which } from "./command.mjs";
import * as consent from "./consent.mjs";
import { Problem } from "./problem.mjs";

/** ms without output before apt-get is stopped. Large packages on slow networks take long. */
const SILENCE = 10 * 60_000;

let updated;

/** The prefix that runs a command as root, or `undefined` if there is neither root nor sudo. */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  return which("sudo") ? ["sudo", "-n"] : undefined;
}

/** Whether apt-get and root are available. The owner of the machine may still refuse the install. */
export function canInstall() {
  return Boolean(which("apt-get")) && asRoot() !== undefined;
}

/** Whether to try apt-get before downloads. True if nobody has to be asked, as in containers and CI: downloads often fail there. */
export const comesFirst = () => canInstall() && consent.isImplied();

/**
 * Installs packages of the distribution, if the owner of the machine agrees.
 *
 * @param {string[]} packages
 * @param {(line: string) => void} note
 */
export async function install(packages, note) {
  const prefix = asRoot();
  if (!prefix || !which("apt-get")) throw new Problem("This needs apt-get and the right to run it as root.");
  const byHand = ["apt-get", "install", ...packages].join(" ");
  const command = prefix.length > 0 ? `sudo ${byHand}` : byHand;
  await consent.agree(command);
  if (prefix.length > 0 && (await run("sudo", ["-n", "true"], { mayFail: true })).code !== 0) {
    throw new Problem("sudo needs a password, and this script cannot ask for it.", {
      advice: `Run \`${command}\` yourself, then run this again.`,
    });
  }
  const apt = (...args) => {
    const [program, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
    return run(program, rest, { onLine: note, silence: SILENCE });
  };
  updated ??= apt("update");
  await updated;
  await apt("install", "--yes", "--no-install-recommends", ...packages);
}
