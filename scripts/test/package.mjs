import { npmProgram } from "../lib/paths.mjs";
import { packNpmPackage } from "../release/packages.mjs";
import { runChecks } from "./checks.mjs";
import { sum } from "./counts.mjs";
import { runNodeTests } from "./node-tests.mjs";
import { checkSizes } from "./size.mjs";

/** ms that npm may take to install an application. It prints nothing meanwhile. */
const INSTALLING = 180_000;

/**
 * Tests the npm package as it would be published: the size of its modules, the manifest and types of the tarball, and the
 * tarball in a fresh Vite application and in Vitest.
 */
export const npmPackage = {
  name: "package",
  title: "package: the packed tarball",
  needs: ["build", "browser"],
  hasNames: false,
  async run({ note, browser }) {
    const sizes = await checkSizes();
    const { tarball } = await packNpmPackage(note);
    const checked = await runChecks(
      [
        { name: "publint", program: npmProgram("publint"), args: ["run", tarball, "--strict"] },
        { name: "are the types wrong", program: npmProgram("attw"), args: [tarball, "--profile", "strict"] },
        { name: "cargo package", program: "cargo", args: ["package", "--allow-dirty", "--no-verify", "--quiet"] },
      ],
      note,
    );
    const smoke = await runNodeTests("tests/package", {
      note,
      env: { TARBALL: tarball, CHROMIUM: browser.chromium },
      silence: INSTALLING,
    });
    const results = [sizes, checked, smoke];
    return {
      ...sum(results),
      output: results
        .map(({ output }) => output)
        .filter(Boolean)
        .join("\n\n"),
      slow: [...checked.slow, ...smoke.slow],
    };
  },
};
