/** Makes the JavaScript builds of the engines, for places where WebAssembly cannot run. */
import { readFileSync } from "node:fs";
import { run } from "../lib/command.mjs";
import { npmProgram } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";

const OPTIMIZE = [
  "-O3",
  "--converge",
  "--low-memory-unused",
  "--strip-debug",
  "--strip-producers",
  "--strip-target-features",
];

/** The line in the output of wasm2js from which it creates the exports. */
const START = "\nvar retasmFunc = ";

/**
 * Translates an engine to a JavaScript module. Each call of its default export creates the engine's exports with a new memory;
 * the import itself runs nothing.
 *
 * @param {string} module the path of a WebAssembly module of the MVP
 */
export async function toJavaScript(module, note) {
  const optimized = `${module}.optimized.wasm`;
  await run(npmProgram("wasm-opt"), [...OPTIMIZE, module, "-o", optimized], { onLine: note });
  const output = `${module}.js`;
  await run(npmProgram("wasm2js"), ["-O3", optimized, "-o", output], { onLine: note });
  const code = readFileSync(output, "utf8");
  const end = code.lastIndexOf(START);
  if (end < 0 || /^(import|export)\b/m.test(code.slice(0, end))) {
    throw new Problem("The output of wasm2js has changed: adapt scripts/build/javascript.mjs to it.");
  }
  return `${code.slice(0, end).replace(/^/, "function start() {\n")}
  return asmFunc({});
}

// A memory that grows gets a new buffer. WebAssembly detaches the old one (0 bytes), and the code recognises old views by that.
export default function build() {
  const { memory, ...functions } = start();
  const detaching = Object.entries(functions).map(([name, call]) => [
    name,
    typeof call !== "function" ? call : (...values) => {
      const { buffer } = memory;
      const result = call(...values);
      if (memory.buffer !== buffer) structuredClone(buffer, { transfer: [buffer] });
      return result;
    },
  ]);
  return { memory, ...Object.fromEntries(detaching) };
}
`;
}
