/**
 * Time limits of Node's `fetch`: undici ends a request if the head or the next byte does not come within five minutes. These
 * tests use an Agent with shorter limits.
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { opened, pause, route } from "./server.mjs";

/** The time limit of the Agent, in ms. The clock of undici may add a second. */
const TIMEOUT = 1000;
const LIMIT = { timeout: 10_000 };

/** The option of an Agent, the response that exceeds the limit, and the error code of undici. */
const TIMEOUTS = {
  "no byte after the first event": {
    options: { bodyTimeout: TIMEOUT },
    silent: { body: "id: 7\ndata: 1\n\n" },
    code: "UND_ERR_BODY_TIMEOUT",
  },
  "no head": {
    options: { headersTimeout: TIMEOUT },
    silent: { hangs: true },
    code: "UND_ERR_HEADERS_TIMEOUT",
  },
};

// The first request loads the undici inside Node.js. Node.js does not export its class Agent.
await fetch("data:,");
// An undici with the second version keeps a wrapper under the symbol of the first, so the second goes first.
const [{ constructor: Agent }] = [2, 1]
  .map((version) => globalThis[Symbol.for(`undici.globalDispatcher.${version}`)])
  .filter(Boolean);

/** A fetch whose first request uses an Agent with these options. */
function limited(t, options) {
  const agent = new Agent(options);
  t.after(() => agent.destroy());
  let requests = 0;
  return (url, init) => fetch(url, requests++ === 0 ? { ...init, dispatcher: agent } : init);
}

/** The reasons of unhandled rejections. */
const stray = [];
before(() => process.on("unhandledRejection", (reason) => stray.push(reason)));

for (const [title, { options, silent, code }] of Object.entries(TIMEOUTS)) {
  const isOpened = silent.body !== undefined;
  const responses = JSON.stringify([silent, { body: "id: 8\ndata: 2\n\n" }]);

  test(`undici's timeout, ${title}: a source reports network with the cause and reconnects`, LIMIT, async (t) => {
    const { url, seen } = route("/responses", { responses });
    const source = opened(new FetchEventSource(url, { fetch: limited(t, options), retry: { initialDelay: 20 } }));
    const data = [];
    const errors = [];
    const second = new Promise((resolve) => {
      source.on("message", (payload, { lastEventId }) => {
        data.push(payload);
        if (lastEventId === "8") resolve();
      });
    });
    source.onerror = ({ error }) => errors.push(error);
    await second;
    source.close();

    assert.equal(errors.length, 1);
    const [{ code: reported, willReconnect, cause }] = errors;
    assert.deepEqual([reported, willReconnect], ["network", true]);
    assert.ok(cause instanceof TypeError);
    assert.equal(cause.cause.code, code);
    assert.deepEqual(data, isOpened ? ["1", "2"] : ["2"]);
    const ids = (await seen()).requests.map(({ lastEventId }) => lastEventId);
    assert.deepEqual(ids, [null, isOpened ? "7" : null]);
    await pause(0);
    assert.deepEqual(stray, []);
  });

  test(`undici's timeout, ${title}: events() throws network with the cause, once`, LIMIT, async (t) => {
    const { url, until, seen } = route("/responses", { responses });
    const stream = events(url, { fetch: limited(t, options) });
    if (isOpened) assert.equal((await stream.next()).value.data, "1");
    await assert.rejects(stream.next(), (error) => {
      return error.code === "network" && error.cause instanceof TypeError && error.cause.cause.code === code;
    });
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
    assert.equal((await stream.closed).code, "network");
    await until(({ open }) => open === 0);
    assert.equal((await seen()).requests.length, 1);
    await pause(0);
    assert.deepEqual(stray, []);
  });
}
