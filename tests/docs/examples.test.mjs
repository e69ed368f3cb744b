/**
 * The examples in the package's comments, each on a page of its own in Chromium. One passes when it throws nothing and, where
 * it has something to show, shows it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openPage } from "../browser/browsers.mjs";
import { startServer } from "./server.mjs";

const folder = fileURLToPath(new URL("../../target/npm/docs/examples", import.meta.url));
/** @type {{ name: string, code: string }[]} */
const examples = JSON.parse(readFileSync(`${folder}/examples.json`, "utf8"));

/** ms, after which an example that has shown nothing shows nothing. */
const PATIENCE = 10_000;

const server = await startServer(`${folder}/js`);
after(() => server.close());
const { page, close } = await openPage("chrome", server.url);
after(close);

for (const { name, code } of examples) {
  test(name, async () => {
    const shows = /\b(console\.\w+|show|log)\(/.test(code) || /, show\b/.test(code);
    const ends = /await source\.closed/.test(code);
    const undecodable = /decodeerror|SchemaError|"yield"/.test(code);
    await page.goto(`${server.url}/?${ends ? "ends" : ""}${undecodable ? "undecodable" : ""}`);
    const { shown, thrown, isDone } = await page.evaluate(run, `/examples/${name}.js`, shows, PATIENCE);
    assert.deepEqual(thrown, []);
    if (shows) assert.ok(shown.length > 0, "it has something to show, and shows nothing");
    else assert.ok(isDone, "it shows nothing, and does not come to its end");
  });
}

/** Until it has shown something, or has come to its end with nothing to show. In the page. */
async function run(url, shows, patience) {
  const shown = [];
  const thrown = [];
  let isDone = false;
  const something = new Promise((resolve) => {
    for (const method of ["log", "warn"]) {
      console[method] = (...what) => {
        shown.push(what.map(String).join(" "));
        if (shows) resolve(undefined);
      };
    }
    const fail = (error) => {
      thrown.push(String(error?.stack ?? error));
      resolve(undefined);
    };
    console.error = (...what) => fail(what.join(" "));
    window.addEventListener("error", ({ error, message }) => fail(error ?? message));
    window.addEventListener("unhandledrejection", ({ reason }) => fail(reason));
    import(url).then(() => {
      isDone = true;
      if (!shows) resolve(undefined);
    }, fail);
    setTimeout(resolve, patience);
  });
  await something;
  // What goes wrong in the same breath counts too.
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { shown, thrown, isDone };
}
