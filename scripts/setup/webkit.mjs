import { existsSync } from "node:fs";
import * as apt from "../lib/apt.mjs";
import { which } from "../lib/command.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";
import { inOneLine, overridden } from "./browser.mjs";

const PACKAGES = ["webkit2gtk-driver", "xvfb"];

/**
 * Finds or installs WebKitGTK's driver, which starts the browser, and Xvfb, the X server that the browser needs. Tries in this
 * order: the paths in WEBKIT_DRIVER and XVFB, installed programs, the distribution's packages. Downloads do not exist. Without
 * both programs, a line reports that the tests in WebKitGTK are skipped.
 *
 * @returns {Promise<{ driver: string, xvfb: string } | undefined>}
 */
export async function ensureWebKit() {
  const installed = find();
  if (installed) return installed;

  let failure = "";
  if (apt.canInstall()) {
    try {
      await step("apt-get: WebKitGTK's driver and Xvfb", (note) => apt.install(PACKAGES, note));
      const fromPackages = find();
      if (fromPackages) return fromPackages;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      failure = `  ${inOneLine(error)}`;
    }
  }
  console.log("! WebKitWebDriver or Xvfb is missing and could not be installed: the tests in WebKitGTK are SKIPPED.");
  if (failure) console.log(failure);
  console.log(
    `  To run them, install both (Debian: apt-get install ${PACKAGES.join(" ")}), or set WEBKIT_DRIVER and XVFB`,
  );
  console.log("  to the paths of WebKitWebDriver and Xvfb.");
  return undefined;
}

/** The variables by which the tests find WebKitGTK. @param {Awaited<ReturnType<typeof ensureWebKit>>} webkit */
export const webkitEnv = (webkit) => ({ WEBKIT_DRIVER: webkit?.driver, XVFB: webkit?.xvfb });

function find() {
  const driver = program("WEBKIT_DRIVER", "WebKitWebDriver");
  const xvfb = program("XVFB", "Xvfb");
  return driver && xvfb ? { driver, xvfb } : undefined;
}

function program(variable, name) {
  const [path] = overridden(variable) ?? [];
  if (path === undefined) return which(name);
  // Neither program prints its version, so only the path is checked.
  if (existsSync(path)) return path;
  throw new Problem(`${variable} names no program: ${path}.`, { advice: `Correct or unset ${variable}.` });
}
