import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOptions, checkRequestOptions, requestParts, resolveUrl } from "../../../npm/source/options.js";
import type { RequestOptions, SourceUrl } from "../../../npm/types/types.js";

const URL_TEXT = "https://api.test/events";
const order = { method: "POST", attempt: 2, lastEventId: "42" } as Parameters<typeof requestParts>[2];

test("an option of the wrong type is a TypeError that names it and the expected type", () => {
  const wrong: [object, RegExp][] = [
    [{ method: 1 }, /'method' must be a string/],
    [{ body: { a: 1 } }, /'body' must be text \(JSON\.stringify\(\) makes it\)/],
    [{ body: [1] }, /'body'/],
    [{ connectTimeout: -1 }, /'connectTimeout' must be milliseconds, 0 or more/],
    [{ idleTimeout: Number.NaN }, /'idleTimeout'/],
    [{ maxEventSize: 0 }, /'maxEventSize' must be bytes, 1 or more/],
    [{ retry: { factor: 0.5 } }, /'retry\.factor'/],
    [{ decode: { update: "xml" } }, /'decode\.update' must be "json", a function or a Standard Schema/],
    [{ whenHidden: "close" }, /'whenHidden' must be "keep" or "pause"/],
    [{ clock: { now: Date.now } }, /'clock' must be an object with now\(\), setTimeout\(\) and clearTimeout\(\)/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(() => checkRequestOptions(options), { name: "TypeError", message });
  }
  assert.throws(() => checkOptions(null), { message: "the options must be an object" });
});

test("a decoder for an event that eventNames leaves out is refused, as it would never run", () => {
  checkOptions({ eventNames: ["update"], decode: { update: "json", message: "json" } });
  assert.throws(() => checkOptions({ eventNames: ["update"], decode: { tick: "json" } }), /'decode\.tick'/);
});

test("each type of body that fetch accepts is a body, and undefined is no body", () => {
  const bodies = ["text", null, new Uint8Array(), new Blob([]), new FormData(), new URLSearchParams(), () => "made"];
  for (const body of [...bodies, new ReadableStream(), undefined]) checkRequestOptions({ body });
});

/** Makes the parts of one request. */
const made = (options: RequestOptions, url: SourceUrl = URL_TEXT) => requestParts(url, options, order);

test("functions of the URL, the headers and the body get the context of the request, without its method", async () => {
  const contexts: unknown[] = [];
  const noting =
    <T>(value: T) =>
    (context: unknown) => {
      contexts.push(context);
      return value;
    };
  const options = { headers: noting({ "x-token": "t" }), body: noting("asked") };
  const { url, headers, init } = await made(options, noting(new URL("https://api.test/made")));
  const found = [url, headers.get("x-token"), init.body, init.method];
  assert.deepEqual(found, ["https://api.test/made", "t", "asked", "POST"]);
  assert.deepEqual(contexts, Array(3).fill({ attempt: 2, lastEventId: "42" }));
});

test("withCredentials sets credentials, and overrides the option credentials", async () => {
  const credentialsOf = async (options: RequestOptions) => (await made(options)).init.credentials;
  assert.equal(await credentialsOf({}), "same-origin");
  assert.equal(await credentialsOf({ credentials: "omit" }), "omit");
  assert.equal(await credentialsOf({ withCredentials: true, credentials: "omit" }), "include");
  assert.equal(await credentialsOf({ withCredentials: false, credentials: "include" }), "same-origin");
});

test("a body that is a stream is sent with duplex half", async () => {
  const { init } = await made({ body: new ReadableStream() });
  assert.equal((init as { duplex?: string }).duplex, "half");
});

test("a URL is resolved against the document's base, and an invalid URL is a SyntaxError", (t) => {
  assert.throws(() => resolveUrl("/events"), {
    name: "SyntaxError",
    message: /or a relative one in a page/,
  });
  Object.assign(globalThis, { document: { baseURI: "https://page.test/app/" } });
  t.after(() => Reflect.deleteProperty(globalThis, "document"));
  assert.equal(resolveUrl("events"), "https://page.test/app/events");
  assert.throws(() => resolveUrl("https://"), { name: "SyntaxError", message: /^'https:\/\/' is not a URL: give/ });
});
