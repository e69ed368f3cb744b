/** Runtimes with fewer globals than a browser, such as React Native: globals that are not used may be missing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program without these globals, and returns the JSON that it prints. */
function without(names, program) {
  const source = `
    const { Buffer: bytes, TextEncoder: Encoder, console: log } = globalThis;
    // Node loads its fetch at the first use, and needs these globals for it.
    const headers = new Headers({ "content-type": "text/event-stream" });
    for (const name of ${JSON.stringify(names)}) delete globalThis[name];
    const chunks = ["data: grün 🎉\\n\\n", "data: " + "x".repeat(10_000) + "\\n\\n"].map((text) => new Encoder().encode(text));
    const body = () => {
      const rest = [...chunks];
      const read = async () => ({ done: rest.length === 0, value: rest.shift() });
      return { getReader: (options) => { if (options) throw new TypeError(); return { read, cancel: async () => {} }; } };
    };
    const fetch = async () => ({ status: 200, headers, url: "", body: body() });
    const { events, FetchEventSource } = await import("eventsource-wasm");
    ${program}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    cwd,
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

const GLOBALS = ["Request", "ReadableStream", "AbortSignal", "AbortController", "DOMException", "FinalizationRegistry"];

for (const names of [GLOBALS, [...GLOBALS, "TextDecoder", "Buffer", "MessageEvent", "Response"]]) {
  test(`with a fetch option, events() and sources need no ${names.join(", no ")}`, () => {
    const program = `
      const lengths = [];
      for await (const { data } of events("http://api.test/", { fetch })) lengths.push(data.length);
      const source = new FetchEventSource("http://api.test/", { fetch });
      const first = await new Promise((resolve) => source.once("message", resolve));
      source.close();
      let name;
      try { new FetchEventSource("http://["); } catch (error) { name = error.name; }
      log.log(JSON.stringify({ lengths, first, name, end: await source.closed }));`;
    const expected = { lengths: [7, 10_000], first: "grün 🎉", name: "SyntaxError", end: { code: "closed" } };
    assert.deepEqual(without(names, program), expected);
  });
}

test("the global fetch needs no Request", () => {
  const program = `
    globalThis.fetch = fetch;
    const seen = [];
    for await (const { data } of events("http://api.test/")) seen.push(data.length);
    log.log(JSON.stringify(seen));`;
  assert.deepEqual(without(["Request"], program), [7, 10_000]);
});
