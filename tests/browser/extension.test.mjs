/**
 * An extension with Manifest V3: its service worker (in Firefox, its background page), its offscreen document (only in
 * Chromium), and its content script in a page with a strict policy.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { until } from "../support/until.mjs";
import { openPage } from "./browsers.mjs";
import { DELIVERED } from "./deliveries/deliver.mjs";
import { startDeliveries } from "./deliveries.mjs";
import { inEachBrowser } from "./in-each-browser.mjs";

/** The time limit of a test, in ms. */
const LIMIT = 60_000;

const root = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = "tests/browser/extension";

/** In Firefox, the policy of the page restricts the connections of content scripts. */
const PAGE_POLICY = { "content-security-policy": "default-src 'none'; connect-src 'self'" };

/** The content security policies of the manifest. */
const POLICIES = {
  "the default policy": undefined,
  "'wasm-unsafe-eval'": "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'",
};

/**
 * The engine that the main entry uses in each place: WebAssembly, the JavaScript build, or none.
 *
 * The policy of the manifest does not apply to content scripts: Chromium always forbids them WebAssembly, and Firefox never does.
 */
const ENGINES = {
  chrome: {
    "the default policy": { background: "none", "offscreen document": "JavaScript", "content script": "JavaScript" },
    "'wasm-unsafe-eval'": {
      background: "WebAssembly",
      "offscreen document": "WebAssembly",
      "content script": "JavaScript",
    },
  },
  firefox: {
    "the default policy": { background: "JavaScript", "content script": "WebAssembly" },
    "'wasm-unsafe-eval'": { background: "WebAssembly", "content script": "WebAssembly" },
  },
};

inEachBrowser("an extension with Manifest V3", (browser) => {
  // WebKitGTK does not support these extensions.
  for (const policy of Object.keys(ENGINES[browser] ?? {})) describe(policy, () => extend(browser, policy));
});

function extend(browser, policy) {
  const places = Object.entries(ENGINES[browser][policy]);
  /** @type {Awaited<ReturnType<typeof startDeliveries>>} */
  let site;
  let extension = "";
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  before(async () => {
    site = await startDeliveries(PAGE_POLICY);
    extension = await makeExtension(browser, POLICIES[policy]);
    opened = await openPage(browser, `${site.url}/empty`, { extension });
    // The background may not have started yet.
    await until("the background is ready", async () => "value" in (await send({ place: "background", name: "ready" })));
    if (browser === "chrome") await order({ place: "opener of the offscreen document" });
  });
  after(async () => {
    await opened?.close();
    await site.close();
    if (extension) rmSync(extension, { recursive: true });
  });

  const send = (message) => opened.page.evaluate(sendOrder, { ...message, server: site.url });

  /** Sends an order to a place of the extension, and returns the result. */
  const order = async (message) => {
    const { value, error } = await send(message);
    if (error !== undefined) throw new Error(`${message.place}: ${error}`);
    return value;
  };

  for (const [place, engine] of places) {
    test(`in ${browser}, under ${policy}, the engine of the main entry in the ${place}: ${engine}`, {
      timeout: LIMIT,
    }, async () => {
      const { delivered, compiles } = await order({ place, name: "deliver", entries: "main" });
      assert.equal(compiles, engine === "WebAssembly");
      if (compiles) return assert.deepEqual(delivered, DELIVERED);
      const { source, events, parser } = delivered;
      assert.match(parser.join(), /^Error: WebAssembly cannot run here: .*this entry with '\/js' at its end/);
      if (engine === "JavaScript") return assert.deepEqual({ source, events, parser: DELIVERED.parser }, DELIVERED);
      assert.deepEqual(source, ["engine"]);
      assert.match(events.join(), /^EventSourceError: engine: /);
    });

    test(`in ${browser}, under ${policy}, the entries without WebAssembly deliver all events in the ${place}`, {
      timeout: LIMIT,
    }, async () => {
      const { delivered } = await order({ place, name: "deliver", entries: "js" });
      assert.deepEqual(delivered, DELIVERED);
    });
  }

  // In content scripts of Firefox, a class that extends a class of the browser makes instances of that class (bug 1820521).
  test(`in ${browser}, under ${policy}, sources and their errors in the content script are instances of their classes`, {
    timeout: LIMIT,
  }, async () => {
    const found = await order({ place: "content script", name: "classes", entries: "main" });
    assert.deepEqual(found, [true, 404, "closed"]);
  });
}

/** Makes the folder of the extension. It has the structure of this repository, so that relative imports work. */
async function makeExtension(browser, policy) {
  const folder = mkdtempSync(join(tmpdir(), "extension-"));
  const filter = (path) => !/\bdist\/(cjs|edge)\b/.test(path);
  for (const path of ["dist", FOLDER, "tests/browser/deliveries"]) {
    cpSync(join(root, path), join(folder, path), { recursive: true, filter });
  }
  writeFileSync(join(folder, "content.js"), await bundle(`${FOLDER}/content.mjs`));
  const background = `${FOLDER}/background.mjs`;
  const manifest = {
    manifest_version: 3,
    name: "eventsource-wasm",
    version: "1",
    host_permissions: ["http://127.0.0.1/*"],
    content_scripts: [{ matches: ["http://127.0.0.1/*"], js: ["content.js"], run_at: "document_start" }],
    ...(policy ? { content_security_policy: { extension_pages: policy } } : {}),
    ...(browser === "chrome"
      ? { permissions: ["offscreen"], background: { service_worker: background, type: "module" } }
      : {
          background: { scripts: [background], type: "module" },
          browser_specific_settings: { gecko: { id: "test@eventsource-wasm.example" } },
        }),
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  return folder;
}

/** Bundles a content script, which must be a classic script. It bundles `import()` too, and so the JavaScript build. */
async function bundle(input) {
  const made = await rolldown({ input, cwd: root, platform: "browser" });
  const { output } = await made.generate({ format: "iife", codeSplitting: false });
  await made.close();
  return output[0].code;
}

/** Runs in the page. */
function sendOrder(order) {
  return new Promise((resolve) => {
    addEventListener("message", ({ data }) => {
      if (data.answer) resolve(data.answer);
    });
    postMessage({ order });
  });
}
