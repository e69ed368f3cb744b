import { run, which } from "./command.mjs";
import * as consent from "./consent.mjs";
import { Problem } from "./problem.mjs";

/** ms without a line: large packages come over slow networks. */
const SILENCE = 10 * 60_000;

let updated;

/** The words in front of a command that is to run as root, or `undefined` if there is no way. */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  return which("sudo") ? ["sudo", "-n"] : undefined;
}

/** Whether there is Debian's package manager and a way to be root. The owner of the machine may still refuse. */
export function canInstall() {
  return Boolean(which("apt-get")) && asRoot() !== undefined;
}

/** Whether it may be used without asking, as in containers and CI, where downloads are what fails. */
export const comesFirst = () => canInstall() && consent.isImplied();

/** Installs packages of the distribution, if the owner of the machine agrees. @param {string[]} packages @param {(line: string) => void} note */
export async function install(packages, note) {
  const prefix = asRoot();
  if (!prefix || !which("apt-get")) throw new Problem("This needs apt-get and the right to run it as root.");
  const byHand = ["apt-get", "install", ...packages].join(" ");
  const command = prefix.length > 0 ? `sudo ${byHand}` : byHand;
  await consent.agree(command);
  if (prefix.length > 0 && (await run("sudo", ["-n", "true"], { mayFail: true })).code !== 0) {
    throw new Problem("sudo wants a password, which this does not ask for.", {
      advice: `Run \`${command}\` yourself, then this again.`,
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
