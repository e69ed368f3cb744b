import { run, which } from "./command.mjs";
import { Problem } from "./problem.mjs";

let updated;

/** How to run a command as root without asking anyone, or `undefined`. */
async function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (!which("sudo")) return undefined;
  const { code } = await run("sudo", ["-n", "true"], { mayFail: true });
  return code === 0 ? ["sudo", "-n"] : undefined;
}

/** Whether Debian's package manager is here and would do as we ask. */
export async function canInstall() {
  return Boolean(which("apt-get")) && (await asRoot()) !== undefined;
}

/** Installs packages of the distribution. @param {string[]} packages @param {(line: string) => void} note */
export async function install(packages, note) {
  const prefix = await asRoot();
  if (!prefix || !which("apt-get")) throw new Problem("This needs apt-get and the right to run it as root.");
  const apt = (...args) => {
    const [program, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
    return run(program, rest, { onLine: note });
  };
  updated ??= apt("update");
  await updated;
  await apt("install", "--yes", "--no-install-recommends", ...packages);
}
