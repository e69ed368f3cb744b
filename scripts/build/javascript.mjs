/** The JavaScript builds of the engines, for where WebAssembly cannot run. */
import { readFileSync } from "node:fs";
import { run } from "../lib/command.mjs";
import { npmProgram } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";

/** Features that rustc and its standard library use by default, and that JavaScript has no operation for. */
const LOWERED = ["--signext-lowering", "--llvm-nontrapping-fptoint-lowering", "--llvm-memory-copy-fill-lowering"];

const FEATURES = [
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-multivalue",
];

const OPTIMIZE = [
  "-O3",
  "--converge",
  "--low-memory-unused",
  "--strip-debug",
  "--strip-producers",
  "--strip-target-features",
];

/** Where the code of wasm2js, which makes the exports at once, begins to do so. */
const START = "\nvar retasmFunc = ";

/**
 * A module whose default export makes the exports of the engine, with a memory of their own. Nothing happens at import.
 *
 * @param {string} module of WebAssembly without vectors
 */
export async function toJavaScript(module, note) {
  const lowered = `${module}.lowered.wasm`;
  await run(npmProgram("wasm-opt"), [...FEATURES, ...LOWERED, ...OPTIMIZE, module, "-o", lowered], { onLine: note });
  const output = `${module}.js`;
  await run(npmProgram("wasm2js"), ["-O3", lowered, "-o", output], { onLine: note });
  const code = readFileSync(output, "utf8");
  const end = code.lastIndexOf(START);
  if (end < 0 || /^(import|export)\b/m.test(code.slice(0, end))) {
    throw new Problem("wasm2js makes modules of another form than scripts/build/javascript.mjs expects.");
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
