import { run } from "../lib/command.mjs";
import { at, npmProgram } from "../lib/paths.mjs";

/** Builds the demo page by Vite. The page imports the package as it ships. */
export function pageStage() {
  return {
    name: "page",
    title: "page: Vite builds www",
    inputs: [at("www"), at("dist"), at("package.json"), at("package-lock.json"), at("tsconfig.json")],
    facts: null,
    outputs: [at("www", "dist")],
    work: (note) => run(npmProgram("vite"), ["build", at("www")], { onLine: note }),
  };
}
