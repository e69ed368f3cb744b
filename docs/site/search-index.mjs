/**
 * Writes the full-text index of the site, one index per language. `site.js` loads it in the browser.
 *
 * `node docs/site/search-index.mjs <folder>`, where the folder has the pages. rustdoc's pages have their own search.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { close, createIndex } from "pagefind";

const site = process.argv[2] ?? "";
const out = join(site, "pagefind");

/** pagefind's user interfaces. The site does not need them, since it uses typedoc's search dialog. */
const IS_INTERFACE = /^pagefind-(.+-)?(ui|highlight)\./;

const pages = readdirSync(site, { recursive: true, encoding: "utf8" })
  .map((file) => file.split(sep).join("/"))
  // The list of modules and the tree of classes repeat the other pages.
  .filter((file) => file.endsWith(".html") && !/^(rust\/|modules\.html|hierarchy\.html)/.test(file));

const { index, errors } = await createIndex({
  rootSelector: ".col-content",
  // Parts without meaning of their own, and parts that repeat the page.
  excludeSelectors: [
    ...[".tsd-breadcrumb", ".tsd-anchor-icon", ".tsd-kind-icon", ".tsd-flag", ".tsd-tag", ".tsd-index-group"],
    ...[".tsd-hierarchy", "button"],
  ],
  keepIndexUrl: true,
});
if (!index) throw new Error(errors.join("\n"));
const problems = [];
for (const page of pages) {
  const content = readFileSync(join(site, page), "utf8");
  problems.push(...(await index.addHTMLFile({ sourcePath: page, content })).errors);
}
const { files } = await index.getFiles();
rmSync(out, { recursive: true, force: true });
for (const { path, content } of files.filter(({ path }) => !IS_INTERFACE.test(path))) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), content);
}
await close();
if (problems.length > 0) throw new Error(problems.join("\n"));
