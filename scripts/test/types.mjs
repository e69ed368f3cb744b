import { at, npmProgram } from "../lib/paths.mjs";
import { runChecks } from "./checks.mjs";

/** The package's types, by programs that must compile and lines that must not. */
export const types = {
  name: "types",
  title: "types: tsc over tests/types",
  needs: ["build"],
  run: ({ note }) => runChecks([{ name: "tsc", program: npmProgram("tsc"), args: ["-p", at("tests", "types")] }], note),
};
