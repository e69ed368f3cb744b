/** If WebAssembly is missing, or forbidden by the page's policy, the main entry loads its JavaScript build. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isJavaScript } from "../support/engine.mjs";

const cwd = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program in which each attempt to compile a module fails and counts in `tries`. Returns the JSON that it prints. */
function run(program, { flags = [] } = {}) {
  const source = `
    let tries = 0;
    WebAssembly.Module = function () {
      tries += 1;
      throw new WebAssembly.CompileError("disallowed by embedder");
    };
    const headers = new Headers({ "content-type": "text/event-stream" });
    const requests = [];
    const fetch = async (url, { method, headers: { "last-event-id": id } }) => {
      requests.push([method, id ?? null]);
      return new Response("id: 7\\ndata: grün 🎉\\n\\nid: 8\\nevent: end\\ndata: " + "x".repeat(300_000) + "\\n\\n", { headers });
    };
    const { events, EventSourceError, FetchEventSource } = await import("eventsource-wasm");
    ${program}`;
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", source], {
    cwd,
    encoding: "utf8",
    timeout: 30_000,
  });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

const skip = isJavaScript && "the JavaScript build never uses WebAssembly";

test("sources and events() run on the JavaScript build, which is loaded once after one attempt with WebAssembly", {
  skip,
}, () => {
  const found = run(`
    const source = new FetchEventSource("http://api.test/", { fetch, until: { event: "end" } });
    const atFirst = [source.readyState, source.lastEventId, source.status.state];
    const seen = [];
    source.addEventListener("message", ({ data, lastEventId }) => seen.push([data, lastEventId]));
    const { code } = await source.closed;
    const lengths = [];
    for await (const { data } of events("http://api.test/", { fetch })) lengths.push(data.length);
    console.log(JSON.stringify({ atFirst, seen, code, lengths, tries }));`);
  assert.deepEqual(found, {
    atFirst: [0, "", "connecting"],
    seen: [["grün 🎉", "7"]],
    code: "complete",
    lengths: [7, 300_000],
    tries: 1,
  });
});

test("pause, reconnect with an ID, close and an abort take effect while the engine is loading", {
  skip,
}, () => {
  const found = run(`
    const { setTimeout: pause } = await import("node:timers/promises");
    const source = new FetchEventSource("http://api.test/", { fetch, until: { event: "end" } });
    source.pause();
    source.reconnect({ lastEventId: "5" });
    const id = source.lastEventId;
    const states = [source.status.state];
    await pause(300);
    states.push(source.status.state, requests.length);
    source.resume();
    await source.closed;
    const closed = new FetchEventSource("http://api.test/", { fetch });
    closed.close();
    const controller = new AbortController();
    const aborted = new FetchEventSource("http://api.test/", { fetch, signal: controller.signal });
    controller.abort();
    const codes = [(await closed.closed).code, (await aborted.closed).code];
    await pause(50);
    console.log(JSON.stringify({ id, states, requests, codes }));`);
  assert.deepEqual(found, {
    id: "5",
    states: ["connecting", "paused", 0],
    requests: [["GET", "5"]],
    codes: ["closed", "aborted"],
  });
});

test("if the build cannot be loaded, each API ends with code engine, and the cause names the fix", {
  skip,
}, () => {
  const inUrl = (text) => `data:text/javascript,${encodeURIComponent(text)}`;
  const hooks = inUrl(`export function resolve(specifier, context, next) {
    if (/client_js/.test(specifier)) throw new TypeError("import() is disallowed here");
    return next(specifier, context);
  }`);
  // Node.js 26 warns about `register`; Node.js 20 has nothing else.
  const refuse = inUrl(`import * as module from "node:module";
    import * as hooks from ${JSON.stringify(hooks)};
    if (module.registerHooks) module.registerHooks(hooks);
    else module.register(${JSON.stringify(hooks)});`);
  const found = run(
    `
    const { fetchEventSource } = await import("eventsource-wasm/fetch-event-source");
    const source = new FetchEventSource("http://api.test/", { fetch });
    const errors = [];
    source.onerror = ({ error }) => errors.push(error.code, error.willReconnect, error.cause.message.includes("'/js' at its end"));
    const { code, error } = await source.closed;
    const stream = events("http://api.test/", { fetch });
    const thrown = await stream.next().catch((error) => error.code);
    const end = (await stream.closed).code;
    const rejected = await fetchEventSource("http://api.test/", { fetch }).catch((error) => error.code);
    console.log(JSON.stringify({ errors, code, is: error instanceof EventSourceError, thrown, end, rejected, readyState: source.readyState }));`,
    { flags: ["--import", refuse] },
  );
  assert.deepEqual(found, {
    errors: ["engine", false, true],
    code: "engine",
    is: true,
    thrown: "engine",
    end: "engine",
    rejected: "engine",
    readyState: 2,
  });
});

test("the entries without WebAssembly neither use it nor load anything", () => {
  const program = `
    const own = await import("eventsource-wasm/js");
    const { createParser } = await import("eventsource-wasm/parser/js");
    const seen = [];
    const source = new own.FetchEventSource("http://api.test/", { fetch, until: { event: "end" } });
    source.on("message", (data) => seen.push(data));
    seen.push((await source.closed).code);
    createParser({ onEvent: ({ data }) => seen.push(data) }).feed("data: 1\\n\\n");
    console.log(JSON.stringify({ seen, tries }));`;
  assert.deepEqual(run(program), { seen: ["grün 🎉", "complete", "1"], tries: 0 });
});
