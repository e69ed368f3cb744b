/** Checks that the relative links of the Markdown files lead to existing files and headings. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { at, root } from "../lib/paths.mjs";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
});

const complaints = [];
const markdown = files.split("\n").filter((file) => file !== "" && existsSync(at(file)));
for (const file of markdown) {
  for (const [, path, heading] of withoutCode(file).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
    const target = path === "" ? at(file) : join(dirname(at(file)), path);
    // These files link pages that exist only on the site.
    if (file === "docs/site/index.md" || file === "docs/zh/index.md") continue;
    if (!existsSync(target)) complaints.push(`${file}: ${path} does not exist`);
    else if (heading && statSync(target).isFile() && !headings(target).includes(heading)) {
      complaints.push(`${file}: ${path} has no heading #${heading}`);
    }
  }
}
if (markdown.length === 0) complaints.push("no Markdown was found");
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;

function withoutCode(file) {
  return readFileSync(at(file), "utf8")
    .replaceAll(/^```[\s\S]*?^```$/gm, "")
    .replaceAll(/`[^`\n]*`/g, "");
}

/** The anchors of a file's headings, as GitHub and typedoc derive them. */
function headings(file) {
  const found = readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm);
  return [...found].map(([, text]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );
}
