/** Compares `eventsource-wasm/fetch-event-source` with `@microsoft/fetch-event-source`, whose interface it has, in Node. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as theirs from "@microsoft/fetch-event-source";
import * as ours from "eventsource-wasm/fetch-event-source";
import { AGREEMENTS } from "../microsoft/agreements.mjs";
import { DIFFERENCES, FAULTS } from "../microsoft/differences.mjs";
import { tryOut } from "../microsoft/trial.mjs";
import { createEventServer } from "../server/app.mjs";
import { isJavaScript } from "../support/engine.mjs";

const server = createEventServer();
const base = await server.listen({ host: "127.0.0.1", port: 0 });
after(() => server.close());

// Theirs needs a window and a document.
Object.assign(globalThis, { window: globalThis, document: Object.assign(new EventTarget(), { hidden: false }) });

test("exports the same names", () => {
  assert.deepEqual(
    Object.keys(ours),
    Object.keys(theirs)
      .filter((name) => !["default", "module.exports", "__esModule"].includes(name))
      .sort(),
  );
  assert.equal(ours.EventStreamContentType, theirs.EventStreamContentType);
});

test("needs no window and no document, such as in workers and on servers", async () => {
  const { window, document } = globalThis;
  Object.assign(globalThis, { window: undefined, document: undefined });
  try {
    for (const [{ fetchEventSource }, expected] of [
      [theirs, "rejected"],
      [ours, "resolved"],
    ]) {
      const { log } = await tryOut(fetchEventSource, base, {
        responses: [{ ends: true }],
        init: { openWhenHidden: false },
      });
      assert.equal(log.at(-1)[0], expected);
    }
  } finally {
    Object.assign(globalThis, { window, document });
  }
});

// In browsers theirs ends, because a 204 has an empty body there. In Node.js it has none, and theirs reconnects without end.
test("a 204 that onopen accepts is the end", async () => {
  const responses = [{ status: 204, headers: { "content-type": null }, ends: true }];
  const { log, requests } = await tryOut(ours.fetchEventSource, base, { responses, onopen: () => {} });
  assert.deepEqual(log, [["open", 204], ["close"], ["resolved"]]);
  assert.equal(requests.length, 1);
});

test("runs on the engine of the main entry", { skip: isJavaScript }, () => {
  const program = `
    const { Module } = WebAssembly;
    let engines = 0;
    WebAssembly.Module = class extends Module {
      constructor(...args) {
        super(...args);
        if (args[0].byteLength > 10_000) engines += 1;
      }
    };
    const { FetchEventSource } = await import("eventsource-wasm");
    const { fetchEventSource } = await import("eventsource-wasm/fetch-event-source");
    new FetchEventSource("http://127.0.0.1:1/").close();
    await fetchEventSource("http://127.0.0.1:1/", { onerror() { throw "refused"; } }).catch(() => {});
    console.log(engines);`;
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { cwd, encoding: "utf8" });
  assert.equal(stdout, "1\n");
});

describe("as theirs", () => {
  for (const [name, scenario] of Object.entries(AGREEMENTS)) {
    test(name, async () => {
      const [expected, found] = [
        await tryOut(theirs.fetchEventSource, base, scenario),
        await tryOut(ours.fetchEventSource, base, scenario),
      ].map(comparable);
      assert.deepEqual(found, expected);
      for (const wait of [expected.wait, found.wait]) {
        if (scenario.waits) assert.ok(wait > scenario.waits - 20 && wait < scenario.waits + 700, `${wait} ms`);
      }
    });
  }
});

for (const [title, differences] of Object.entries({ "as theirs should": FAULTS, "unlike theirs": DIFFERENCES })) {
  describe(title, () => {
    for (const [name, difference] of Object.entries(differences)) {
      test(name, async () => {
        assert.deepEqual(difference.look(await tryOut(theirs.fetchEventSource, base, difference)), difference.theirs);
        assert.deepEqual(difference.look(await tryOut(ours.fetchEventSource, base, difference)), difference.ours);
      });
    }
  });
}

/** The results without the time between the first requests, which depends on speed. */
function comparable({ log, requests }) {
  const outcome = { log, requests: requests.map(({ method, lastEventId }) => ({ method, lastEventId })) };
  return Object.defineProperty(outcome, "wait", { value: requests[1]?.time - requests[0]?.time });
}
