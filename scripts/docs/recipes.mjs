import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";

/** The recipes, in the order of the site. */
const ORDER = [
  "openai.ts",
  "anthropic.ts",
  "mcp.ts",
  "resumed-run.ts",
  "jwt-refresh.ts",
  "progress-bar.ts",
  "react.tsx",
  "vue.ts",
  "svelte.ts",
  "node.mjs",
];

/**
 * Reads the recipes. The title and the text of a recipe come from the comment at the top of its file.
 *
 * @returns {{ file: string, title: string, text: string, code: string }[]}
 */
export function readRecipes() {
  const index = readFileSync(at("docs", "recipes", "README.md"), "utf8");
  const files = readdirSync(at("docs", "recipes")).filter((file) => /\.(tsx?|mjs)$/.test(file));
  for (const file of files) {
    if (!ORDER.includes(file))
      throw new Problem(`docs/recipes/${file} has no place in the docs: add it to ORDER in scripts/docs/recipes.mjs.`);
    if (!index.includes(`(${file})`)) throw new Problem(`docs/recipes/README.md does not link ${file}.`);
  }
  return ORDER.map((file) => {
    const code = readFileSync(at("docs", "recipes", file), "utf8");
    const comment = code.match(/^\/\*\*\n(.*?)\n \*\/\n/s)?.[1] ?? "";
    const [title, ...lines] = comment.split("\n").map((line) => line.replace(/^ \* ?/, ""));
    if (!title.startsWith("# ")) throw new Problem(`docs/recipes/${file} does not begin with a title.`);
    return { file, title: title.slice(2), text: lines.join("\n").trim(), code };
  });
}

/** Writes a page in Markdown for each recipe, and returns their titles and paths. @param {string} folder */
export function writeRecipePages(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return readRecipes().map(({ file, title, text, code }) => {
    const page = join(folder, `${pageOf(file)}.md`);
    const language = { ".tsx": "tsx", ".ts": "ts" }[extname(file)] ?? "js";
    const parts = [
      `---\ntitle: ${JSON.stringify(title)}\ngroup: Recipes\n---\n`,
      `# ${title}`,
      text,
      // typedoc leaves code out of the list of headings.
      `## ${file}`,
      `\`\`\`${language}\n${code}\`\`\``,
    ];
    writeFileSync(page, `${parts.join("\n\n")}\n`);
    return { title, page };
  });
}

export const pageOf = (file) => file.replace(/\..*/, "");
