import { at, npmProgram } from "../lib/paths.mjs";
import { runChecks } from "./checks.mjs";

const tsc = (...path) => ({ name: `tsc ${path.join("/")}`, program: npmProgram("tsc"), args: ["-p", at(...path)] });

const CHECKS = [tsc("tests", "types"), tsc("docs", "recipes"), tsc("tests", "recipes", "pages")];

/**
 * Tests the package's types: by programs that must compile, lines that must not compile, and the recipes, which must compile.
 */
export const types = {
  name: "types",
  title: "types: tsc over tests/types and the recipes",
  needs: ["build"],
  run: ({ note, grep }) => runChecks(CHECKS, note, grep),
};
