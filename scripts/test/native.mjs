import { run } from "../lib/command.mjs";
import { fromCargo, withExitCode } from "./counts.mjs";

/** The parts of the crate that need no browser, and the examples in its documentation. */
export const native = {
  name: "native",
  title: "native: cargo test",
  needs: ["rust"],
  async run({ note }) {
    const { code, output } = await run("cargo", ["test", "--workspace", "--all-features", "--no-fail-fast"], {
      onLine: note,
      mayFail: true,
    });
    return { ...withExitCode(fromCargo(output), code), output };
  },
};
