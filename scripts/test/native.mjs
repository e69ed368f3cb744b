import { join } from "node:path";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { fromCargo, rustName, sum, timesFromCargo, withExitCode } from "./counts.mjs";
import { runNodeTests } from "./node-tests.mjs";

/** The target folder that `native/` shares with the terminal client of `examples/native`, since both need reqwest. */
const target = at("target", "examples");

/** Cargo's arguments for `native/`, the client over reqwest. TLS is off: it takes minutes to compile, and no test needs it. */
export const reqwestArguments = [
  ...["--manifest-path", at("native", "Cargo.toml"), "--target-dir", target],
  "--no-default-features",
];

/** Tests the parts of the crate that need no browser, the client over reqwest, and the examples in their docs. */
export const native = {
  name: "native",
  title: "native: cargo test, and the client over reqwest",
  needs: ["rust"],
  async run({ note, grep }) {
    const parts = [
      await cargoTest(["--workspace", "--all-features"], { note, grep }),
      await cargoTest(reqwestArguments, { note, grep }),
      await runNodeTests("native/tests/faults", {
        ...{ note, grep },
        env: { FAULTS_CLIENT: join(target, "debug", "examples", "faults") },
      }),
    ];
    const slow = parts.flatMap(({ slow }) => slow);
    return { ...sum(parts), output: parts.map(({ output }) => output).join("\n"), slow };
  },
};

async function cargoTest(args, { note, grep }) {
  const filters = grep === undefined ? [] : ["--", rustName(grep)];
  const { code, output } = await run("cargo", ["test", ...args, "--no-fail-fast", ...filters], {
    onLine: note,
    mayFail: true,
  });
  const counts = withExitCode(fromCargo(output), code, { mayBeEmpty: grep !== undefined });
  return { ...counts, output, slow: timesFromCargo(output) };
}
