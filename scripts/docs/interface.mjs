/** The tables of the public interface, in `docs/interface/`. Their diffs show each change of the interface. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { ensureCargoPublicApi } from "../setup/cargo-tools.mjs";

/**
 * Compares a table with its file, as one test. `UPDATE_INTERFACE=1` writes the file.
 *
 * @param {string} file @param {string} table
 */
export function compareInterface(file, table) {
  const path = at("docs", "interface", file);
  if (process.env.UPDATE_INTERFACE === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, table);
  }
  const written = existsSync(path) ? readFileSync(path, "utf8") : "";
  const isEqual = written === table;
  console.log(`  ${isEqual ? "✓" : "✗"} the public interface equals docs/interface/${file}`);
  const output = isEqual ? "" : `docs/interface/${file} differs:\n${difference(written, table)}\n${ADVICE}`;
  return { passed: isEqual ? 1 : 0, failed: isEqual ? 0 : 1, skipped: 0, output };
}

const ADVICE =
  "If the change is intended, run this again with UPDATE_INTERFACE=1, commit the table, and add a line to the changelog.";

/**
 * Compares the public interface of the crate with `docs/interface/rust.txt`. Only the nightly rustdoc writes an interface as
 * JSON: without a nightly compiler the check is skipped.
 *
 * @param {(line: string) => void} note
 */
export async function checkRustInterface(note) {
  const { stdout } = await run("rustup", ["toolchain", "list"], { mayFail: true }).catch(() => ({ stdout: "" }));
  if (!stdout.includes("nightly")) return skip("There is no nightly compiler");
  await ensureCargoPublicApi();
  const args = ["public-api", "--all-features", "-sss"];
  const { code, stdout: table, output } = await run("cargo", args, { mayFail: true, onLine: note });
  if (code !== 0) return skip(`cargo public-api does not run here (${output.split("\n").at(-1)})`);
  return compareInterface("rust.txt", `${table.trimEnd()}\n`);
}

function skip(why) {
  console.log(`! ${why}: the check of docs/interface/rust.txt is SKIPPED.`);
  return { passed: 0, failed: 0, skipped: 1, output: "" };
}

/** The lines that only one of two texts has. */
function difference(before, after) {
  const [old, now] = [before, after].map((text) => text.split("\n"));
  const [had, has] = [new Set(old), new Set(now)];
  const gone = old.filter((line) => !has.has(line)).map((line) => `- ${line}`);
  const added = now.filter((line) => !had.has(line)).map((line) => `+ ${line}`);
  return [...gone, ...added].slice(0, 60).join("\n");
}
