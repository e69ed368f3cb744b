/** The tables of the public interface, in `docs/interface/`: a change of the interface is seen as a change of them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { run } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { ensureCargoPublicApi } from "../setup/cargo-tools.mjs";

/**
 * Compares a table with its file, as one test. With `UPDATE_INTERFACE=1` it writes the file.
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
  console.log(`  ${isEqual ? "✓" : "✗"} the public interface is that of docs/interface/${file}`);
  const output = isEqual ? "" : `docs/interface/${file} differs:\n${difference(written, table)}\n${ADVICE}`;
  return { passed: isEqual ? 1 : 0, failed: isEqual ? 0 : 1, skipped: 0, output };
}

const ADVICE =
  "If the change is meant, run this again with UPDATE_INTERFACE=1, commit the table, and write a line in the changelog.";

/**
 * The public interface of the crate, compared with `docs/interface/rust.txt`. rustdoc describes an interface as data only in the
 * nightly compiler: without one, the check is skipped.
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

/** The lines that one of two texts alone has. */
function difference(before, after) {
  const [old, now] = [before, after].map((text) => text.split("\n"));
  const [had, has] = [new Set(old), new Set(now)];
  const gone = old.filter((line) => !has.has(line)).map((line) => `- ${line}`);
  const added = now.filter((line) => !had.has(line)).map((line) => `+ ${line}`);
  return [...gone, ...added].slice(0, 60).join("\n");
}
