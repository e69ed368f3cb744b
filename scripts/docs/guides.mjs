import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { pageOf } from "./recipes.mjs";
import { chineseOf } from "./translations.mjs";

/** The pages, in the order of the site. */
const ORDER = [
  "guides/llm-answers.md",
  "guides/live-feeds.md",
  "guides/typed-events.md",
  "guides/credentials.md",
  "guides/reconnecting-and-resuming.md",
  "guides/tabs.md",
  "guides/options-by-need.md",
  "guides/what-happens-when.md",
  "guides/servers-and-proxies.md",
  "guides/testing.md",
  "guides/parser.md",
  "guides/rust.md",
  "guides/policies-and-old-browsers.md",
  "guides/migrating-from-browser-eventsource.md",
  "guides/migrating-from-microsoft-fetch-event-source.md",
  "guides/migrating-from-eventsource-npm.md",
  "guides/migrating-from-eventsource-parser.md",
  "guides/faq.md",
  "guides/why-eventsource-wasm.md",
  "where-it-runs.md",
  "typescript-and-rust.md",
];

/** The start page, which links all other pages. */
const START = "site/index.md";

/** The path of each file's Markdown page in the folder of the site, by the path of the file in `docs/`. */
const PAGES = Object.fromEntries([
  ...[START, ...ORDER].map((file) => [file, file === START ? "index.md" : `guides/${basename(file)}`]),
  ...[START, ...ORDER].map(chineseOf).map((file) => [file, `zh/${basename(file)}`]),
]);

/**
 * Writes the English and Chinese guides as pages of the site, and returns their titles and paths.
 *
 * @param {string} folder
 */
export function writeGuidePages(folder) {
  for (const file of readdirSync(at("docs", "guides"))) {
    if (!ORDER.includes(`guides/${file}`))
      throw new Problem(`docs/guides/${file} has no place in the docs: add it to ORDER in scripts/docs/guides.mjs.`);
  }
  for (const made of ["guides", "zh"]) {
    rmSync(join(folder, made), { recursive: true, force: true });
    mkdirSync(join(folder, made), { recursive: true });
  }
  const guides = ORDER.map((file) => writePage(folder, file, { group: "Guides" }));
  const chinese = ORDER.map(chineseOf).filter((file) => existsSync(at("docs", file)));
  return { guides, chinese: chinese.map((file) => writePage(folder, file, chineseFront(file))) };
}

/**
 * Writes the English and the Chinese start page, with lists of the other pages in place of `{guides}` and `{recipes}`. Returns
 * the path of the English page, and the Chinese page.
 *
 * @param {string} folder @param {{ guides: Page[], chinese: Page[], recipes: Page[] }} pages
 */
export function writeStartPages(folder, { guides, chinese, recipes }) {
  const list = (from, pages) =>
    pages.map(({ title, page }) => `- [${title}](${relative(join(folder, from), page)})`).join("\n");
  const readme = join(folder, pathOf(START));
  const start = withLanguages(readFileSync(at("docs", START), "utf8"), START);
  writeFileSync(readme, start.replace("{guides}", list(".", guides)).replace("{recipes}", list(".", recipes)));

  const file = chineseOf(START);
  const text = readFileSync(at("docs", file), "utf8");
  const lists = text.replace("{guides}", list("zh", chinese)).replace("{recipes}", list("zh", recipes));
  // Links of the start page are relative to the root of the site, and the Chinese page is one folder below.
  const links = lists.replaceAll(/\]\(([a-z]+\/[^)]+\.html)\)/g, "](../$1)");
  const page = join(folder, pathOf(file));
  const front = frontOf({ title: "概览", ...chineseFront(file) });
  // typedoc adds a title only to the English page.
  writeFileSync(page, `${front}# eventsource-wasm\n\n${withLanguages(links, file)}`);
  return { readme, page: { title: "概览", page } };
}

/** @typedef {{ title: string, page: string }} Page */

/** @returns {Page} */
function writePage(folder, file, front) {
  const text = readFileSync(at("docs", file), "utf8");
  const title = /^# (.+)\n/.exec(text)?.[1];
  if (title === undefined) throw new Problem(`docs/${file} does not begin with a title.`);
  const page = join(folder, pathOf(file));
  writeFileSync(page, frontOf({ title, ...front }) + withLanguages(forReaders(withLinks(text, file)), file));
  return { title, page };
}

/** The front matter of a Chinese page. `docs/site/typedoc.mjs` reads `url` and `lang`. */
const chineseFront = (file) => ({ group: "中文指南", url: `zh/${basename(file, ".md")}`, lang: "zh-CN" });

function frontOf(values) {
  const lines = Object.entries(values).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  return `---\n${lines.join("")}---\n\n`;
}

/** Adds a link to the page in the other language, below the title. */
function withLanguages(text, file) {
  const english = [START, ...ORDER].find((one) => chineseOf(one) === file);
  const other = english ?? chineseOf(file);
  if (!existsSync(at("docs", other))) return text;
  const name = english ? '<span lang="en">English</span>' : '<span lang="zh-CN">中文</span>';
  // typedoc resolves a link to the Markdown of the start page as a link to the list of modules.
  const link = other === START ? "../index.html" : `./${relative(dirname(pathOf(file)), pathOf(other))}`;
  const line = `<div class="language" data-pagefind-ignore>\n\n[${name}](${link})\n\n</div>\n\n`;
  return /^# /.test(text) ? text.replace(/^# .+\n\n/, (title) => title + line) : line + text;
}

/**
 * Rewrites links to guides and recipes into links of the site. A link to any other file becomes its path in the repository,
 * whose address the site does not have.
 */
function withLinks(text, file) {
  const from = dirname(pathOf(file));
  return text.replaceAll(/\[([^\]]+)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)/g, (_, label, link, anchor = "") => {
    const target = relative(at("docs"), at("docs", dirname(file), link));
    const recipe = /^recipes\/(.+\.(?:tsx?|mjs))$/.exec(target)?.[1];
    const page = recipe ? `recipes/${pageOf(recipe)}.md` : PAGES[target];
    if (page) return `[${label}](./${relative(from, page)}${anchor})`;
    return `${label} (\`${relative(at(), at("docs", target))}\`)`;
  });
}

/** @param {string} file one of `PAGES` */
const pathOf = (file) => PAGES[file] ?? file;

/** Removes the hidden lines of Rust examples, as rustdoc does. */
function forReaders(text) {
  return text.replaceAll(
    /^```rust.*\n([\s\S]*?)^```$/gm,
    (_, code) => `\`\`\`rust\n${code.replaceAll(/^#(?: .*)?\n/gm, "")}\`\`\``,
  );
}
