/** The pages of the docs site in Chromium: search, languages, landmarks, and no requests to other hosts. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import Fastify from "fastify";
import { openPage } from "../browser/browsers.mjs";
import { within } from "../support/within.mjs";

const root = fileURLToPath(new URL("../../target/docs", import.meta.url));

/** The time limit of a search, in ms. */
const PATIENCE = 20_000;

let site;
let url;
let opened;
let page;
let hasIndex = true;
const requests = [];

before(async () => {
  site = Fastify({ forceCloseConnections: true });
  site.addHook("onRequest", async (request, reply) => {
    // Without this header, Chromium would use a cached index in the test of a missing index.
    reply.header("cache-control", "no-store");
    if (!hasIndex && request.url.startsWith("/pagefind/")) return reply.code(404).send();
  });
  site.register(fastifyStatic, { root, cacheControl: false });
  url = await site.listen({ host: "127.0.0.1", port: 0 });
  opened = await openPage("chrome", `${url}/index.html`);
  page = opened.page;
  const session = await page.createCDPSession();
  session.on("Network.requestWillBeSent", ({ request }) => requests.push(request.url));
  await session.send("Network.enable");
});

after(async () => {
  await opened?.close();
  await site?.close();
});

/** Types into the search of a page. Returns the texts of the results, once there are any. */
async function search(path, text) {
  await page.goto(`${url}/${path}`);
  await page.waitForSelector("#tsd-nav-container a");
  await page.click("#tsd-search-trigger");
  // Sets the whole text at once, as typing would first show results of the first letters.
  await page.$eval(
    "#tsd-search-input",
    (input, value) => {
      input.value = value;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
    text,
  );
  await page.waitForSelector("#tsd-search-results > li", { timeout: PATIENCE });
  return page.$$eval("#tsd-search-results > li", (items) =>
    items.map((item) => ({ text: item.textContent, url: item.querySelector("a").href })),
  );
}

test("the search finds words in the text of a guide, and shows their context", async () => {
  const [first, second] = await search("index.html", "networkidle");
  assert.match(first.text, /^FAQ/);
  assert.match(second.text, /^networkidle never comes/);
  assert.match(second.url, /FAQ\.html#networkidle-never-comes$/);
});

test("the search finds Chinese words, from pages in both languages", async () => {
  for (const path of ["zh/index.html", "index.html"]) {
    const results = await search(path, "心跳");
    assert.ok(
      results.some((result) => decodeURI(result.url).endsWith("/zh/servers-and-proxies.html#心跳")),
      JSON.stringify(results),
    );
  }
});

test("the first result for the name of a class is its page", async () => {
  const [first] = await search("index.html", "FetchEventSource");
  assert.match(first.url, /\/classes\/eventsource-wasm\.FetchEventSource\.html$/);
});

test("without the index, typedoc's own search works", async () => {
  hasIndex = false;
  try {
    const results = await search("index.html", "networkidle");
    assert.ok(results.some((result) => result.text.includes("FAQ")));
  } finally {
    hasIndex = true;
  }
});

test("Enter opens the result that the arrow keys have chosen", async () => {
  const [first] = await search("index.html", "networkidle");
  await page.keyboard.press("ArrowDown");
  const arrived = page.waitForNavigation();
  await page.keyboard.press("Enter");
  await within(PATIENCE, "the page of the result", arrived);
  assert.equal(page.url(), first.url);
});

test("a guide and its Chinese page link to each other, and declare their language", async () => {
  await page.goto(`${url}/documents/Servers_and_proxies.html`);
  const follow = async () => {
    const [link, lang] = await page.evaluate(() => [
      document.querySelector(".language a").href,
      document.documentElement.lang,
    ]);
    await page.goto(link);
    return { lang, next: page.url() };
  };
  assert.deepEqual(await follow(), { lang: "en", next: `${url}/zh/servers-and-proxies.html` });
  assert.deepEqual(await follow(), { lang: "zh-CN", next: `${url}/documents/Servers_and_proxies.html` });
});

test("each page has one main part, one title, and headings without a gap between their levels", async () => {
  const pages = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html") && !/^(rust|pagefind)\b/.test(file))
    .sort();
  assert.ok(pages.length > 50);
  const problems = await page.evaluate(async (files) => {
    const found = [];
    for (const file of files) {
      const text = await (await fetch(`/${file}`)).text();
      const parsed = new DOMParser().parseFromString(text, "text/html");
      const levels = [...parsed.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((heading) =>
        Number(heading.ariaLevel ?? heading.tagName.slice(1)),
      );
      const isGap = levels.some((level, index) => level > (levels[index - 1] ?? 0) + 1);
      const mains = parsed.querySelectorAll("main, [role=main]").length;
      const links = parsed.querySelectorAll("summary a").length;
      if (isGap || mains !== 1 || links > 0 || levels.filter((level) => level === 1).length !== 1)
        found.push({ file, levels, mains, links });
    }
    return found;
  }, pages);
  assert.deepEqual(problems, []);
});

test("no page sends a request to another host", () => {
  assert.ok(
    requests.some((request) => request.startsWith(`${url}/pagefind/`)),
    requests.join("\n"),
  );
  assert.deepEqual(
    requests.filter((request) => !request.startsWith(url) && !/^(data|blob):/.test(request)),
    [],
  );
});
