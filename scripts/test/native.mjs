import { run } from "../lib/command.mjs";
import { fromCargo, rustName, timesFromCargo, withExitCode } from "./counts.mjs";

/** The parts of the crate that need no browser, and the examples in its documentation. */
export const native = {
  name: "native",
  title: "native: cargo test",
  needs: ["rust"],
  async run({ note, grep }) {
    const filters = grep === undefined ? [] : ["--", rustName(grep)];
    const { code, output } = await run(
      "cargo",
      ["test", "--workspace", "--all-features", "--no-fail-fast", ...filters],
      {
        onLine: note,
        mayFail: true,
      },
    );
    const counts = withExitCode(fromCargo(output), code, { mayBeEmpty: grep !== undefined });
    return { ...counts, output, slow: timesFromCargo(output) };
  },
};
