import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { pageOf } from "./recipes.mjs";

/** In the order in which they are shown. */
const ORDER = [
  "guides/llm-answers.md",
  "guides/live-feeds.md",
  "guides/typed-events.md",
  "guides/credentials.md",
  "guides/reconnecting-and-resuming.md",
  "guides/tabs.md",
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

/**
 * Writes the guides as pages of the site, in a folder beside that of the recipes, and gives back their titles and paths.
 *
 * @param {string} folder
 */
export function writeGuidePages(folder) {
  for (const file of readdirSync(at("docs", "guides"))) {
    if (!ORDER.includes(`guides/${file}`))
      throw new Problem(`docs/guides/${file} has no place in the docs: see ${import.meta.url}.`);
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return ORDER.map((file) => {
    const text = readFileSync(at("docs", file), "utf8");
    const title = /^# (.+)\n/.exec(text)?.[1];
    if (title === undefined) throw new Problem(`docs/${file} does not begin with a title.`);
    const page = join(folder, basename(file));
    const front = `---\ntitle: ${JSON.stringify(title)}\ngroup: Guides\n---\n\n`;
    writeFileSync(page, front + forReaders(withLinks(text, dirname(file))));
    return { title, page };
  });
}

/**
 * Links as they are on the site: to guides and recipes. The site does not know the address of the repository, so another file is
 * only named.
 */
function withLinks(text, folder) {
  return text.replaceAll(/\[([^\]]+)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)/g, (_, label, link, anchor = "") => {
    const target = relative(at("docs"), at("docs", folder, link));
    if (ORDER.includes(target)) return `[${label}](./${basename(target)}${anchor})`;
    const recipe = /^recipes\/(.+\.(?:tsx?|mjs))$/.exec(target)?.[1];
    if (recipe) return `[${label}](../recipes/${pageOf(recipe)}.md)`;
    return `${label} (\`${relative(at(), at("docs", target))}\`)`;
  });
}

/** Rust as rustdoc shows it: without the lines that only its tests need. */
function forReaders(text) {
  return text.replaceAll(
    /^```rust.*\n([\s\S]*?)^```$/gm,
    (_, code) => `\`\`\`rust\n${code.replaceAll(/^#(?: .*)?\n/gm, "")}\`\`\``,
  );
}
