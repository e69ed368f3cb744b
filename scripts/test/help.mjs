/** Checks that each command of package.json has a `--help` that names its options, and a line in `npm run help`. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { GROUPS } from "../help.mjs";
import { at, root } from "../lib/paths.mjs";

const { scripts } = JSON.parse(readFileSync(at("package.json"), "utf8"));
const grouped = Object.values(GROUPS).flatMap((commands) => Object.keys(commands));

const complaints = [];
for (const name of Object.keys(scripts))
  if (!grouped.includes(name)) complaints.push(`npm run help does not list ${name}`);
for (const name of grouped)
  if (!(name in scripts)) complaints.push(`npm run help lists ${name}, which package.json lacks`);

for (const file of new Set(Object.values(scripts).map((command) => command.split(" ")[1]))) {
  const help = execFileSync(process.execPath, [at(file), "--help"], { cwd: root, encoding: "utf8", timeout: 20_000 });
  if (!/npm (run|start|test)/.test(help)) complaints.push(`${file} --help has no example`);
  const options = [...readFileSync(at(file), "utf8").matchAll(/"?([a-z-]+)"?: \{ type: "(?:string|boolean)"/g)];
  for (const [, option] of options) {
    if (!help.includes(`--${option}`)) complaints.push(`${file} --help does not name --${option}`);
  }
}
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;
