import { existsSync } from "node:fs";
import * as apt from "../lib/apt.mjs";
import { which } from "../lib/command.mjs";
import { Problem } from "../lib/problem.mjs";
import { step } from "../lib/progress.mjs";
import { inOneLine, overridden } from "./browser.mjs";

const PACKAGES = ["webkit2gtk-driver", "xvfb"];

/**
 * WebKitGTK's driver, which starts its browser, and the X server without a screen that this needs: the ones that
 * WEBKIT_DRIVER and XVFB name, installed ones, or the distribution's packages, in this order. Nobody offers builds to
 * download. Without them, the tests in WebKitGTK are skipped, with a line that says so.
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
  console.log("! There is no WebKitGTK with a driver and Xvfb, and none could be had: the tests in it are SKIPPED.");
  if (failure) console.log(failure);
  console.log(
    `  Install them (Debian: apt-get install ${PACKAGES.join(" ")}), or set WEBKIT_DRIVER and XVFB to the paths`,
  );
  console.log("  of WebKitWebDriver and Xvfb, to have them run.");
  return undefined;
}

/** The variables by which the tests find it. @param {Awaited<ReturnType<typeof ensureWebKit>>} webkit */
export const webkitEnv = (webkit) => ({ WEBKIT_DRIVER: webkit?.driver, XVFB: webkit?.xvfb });

function find() {
  const driver = program("WEBKIT_DRIVER", "WebKitWebDriver");
  const xvfb = program("XVFB", "Xvfb");
  return driver && xvfb ? { driver, xvfb } : undefined;
}

function program(variable, name) {
  const [path] = overridden(variable) ?? [];
  if (path === undefined) return which(name);
  // Neither can be asked for its version.
  if (existsSync(path)) return path;
  throw new Problem(`${variable} names no program: ${path}.`, { advice: "Correct it, or unset it." });
}
