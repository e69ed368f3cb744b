import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { pageOf } from "./recipes.mjs";
import { chineseOf } from "./translations.mjs";

/** In the order in which they are shown. */
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

/** The start page, which links all others. */
const START = "site/index.md";

/** The page of each file, both as paths: in `docs/`, and in the folder of the site's pages in Markdown. */
const PAGES = Object.fromEntries([
  ...[START, ...ORDER].map((file) => [file, file === START ? "index.md" : `guides/${basename(file)}`]),
  ...[START, ...ORDER].map(chineseOf).map((file) => [file, `zh/${basename(file)}`]),
]);

/**
 * Writes the guides as pages of the site, those in Chinese too, and gives back their titles and paths.
 *
 * @param {string} folder
 */
export function writeGuidePages(folder) {
  for (const file of readdirSync(at("docs", "guides"))) {
    if (!ORDER.includes(`guides/${file}`))
      throw new Problem(`docs/guides/${file} has no place in the docs: see ${import.meta.url}.`);
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
 * Writes the start page and the one in Chinese, with lists of the other pages in place of `{guides}` and `{recipes}`. Gives back the
 * path of the first, and the page in Chinese.
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
  // The start page has links to pages of the site, as seen from its root.
  const links = lists.replaceAll(/\]\(([a-z]+\/[^)]+\.html)\)/g, "](../$1)");
  const page = join(folder, pathOf(file));
  const front = frontOf({ title: "概览", ...chineseFront(file) });
  // typedoc gives a title to the English one alone.
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

/** `url` and `lang` are for `docs/site/typedoc.mjs`. */
const chineseFront = (file) => ({ group: "中文指南", url: `zh/${basename(file, ".md")}`, lang: "zh-CN" });

function frontOf(values) {
  const lines = Object.entries(values).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  return `---\n${lines.join("")}---\n\n`;
}

/** Adds a link to the page in the other language, behind the title. */
function withLanguages(text, file) {
  const english = [START, ...ORDER].find((one) => chineseOf(one) === file);
  const other = english ?? chineseOf(file);
  if (!existsSync(at("docs", other))) return text;
  const name = english ? '<span lang="en">English</span>' : '<span lang="zh-CN">中文</span>';
  // typedoc takes a link to the text of the start page for one to the list of modules.
  const link = other === START ? "../index.html" : `./${relative(dirname(pathOf(file)), pathOf(other))}`;
  const line = `<div class="language" data-pagefind-ignore>\n\n[${name}](${link})\n\n</div>\n\n`;
  return /^# /.test(text) ? text.replace(/^# .+\n\n/, (title) => title + line) : line + text;
}

/**
 * Links as they are on the site: to guides and recipes. The site does not know the address of the repository, so another file is
 * only named.
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

/** Rust as rustdoc shows it: without the lines that only its tests need. */
function forReaders(text) {
  return text.replaceAll(
    /^```rust.*\n([\s\S]*?)^```$/gm,
    (_, code) => `\`\`\`rust\n${code.replaceAll(/^#(?: .*)?\n/gm, "")}\`\`\``,
  );
}
