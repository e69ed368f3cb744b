import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { recipe } from "./recipes.mjs";
import { createRuns } from "./servers/runs.mjs";

const { startRun } = await recipe("resumed-run");
const server = createRuns();
const url = `${await server.listen()}/threads/t/runs/stream`;
after(() => server.close());
beforeEach(() => server.requests.splice(0));

/** The options of tests that would otherwise wait without end on a failure. */
const LIMIT = { timeout: 15_000 };

const start = (assistant) => startRun(url, { assistant_id: assistant, stream_resumable: true });

async function textOf(source) {
  let text = "";
  for await (const { type, data } of source) if (type === "messages") text += data[0].content;
  return text;
}

const methods = () => server.requests.map(({ method }) => method);

test("a run is streamed to its end by one POST", LIMIT, async () => {
  const source = start("good");
  assert.equal(await textOf(source), "Héllo");
  assert.equal((await source.closed).code, "complete");
  assert.deepEqual(server.requests, [{ method: "POST", body: { assistant_id: "good", stream_resumable: true } }]);
});

test("a run that is cut off resumes by GETs at the Location, with the ID and without the body", LIMIT, async () => {
  assert.equal(await textOf(start("cut")), "Héllo");
  const [, ...gets] = server.requests;
  assert.deepEqual(gets, [
    { method: "GET", id: "0", type: undefined },
    { method: "GET", id: "1", type: undefined },
  ]);
});

test("a POST that is lost before its response is not repeated", LIMIT, async () => {
  await assert.rejects(textOf(start("silent")), { code: "network" });
  assert.deepEqual(methods(), ["POST"]);
});

test("a run that fails throws the error of the server, and is not retried", LIMIT, async () => {
  await assert.rejects(textOf(start("fails")), ({ code, event }) => {
    assert.deepEqual([code, event.type, JSON.parse(event.data).message], ["event", "error", "no such tool"]);
    return true;
  });
  assert.deepEqual(methods(), ["POST"]);
});

test("a run that the server does not know any more is not retried", LIMIT, async () => {
  await assert.rejects(textOf(start("lost")), { code: "status", status: 404 });
  assert.deepEqual(methods(), ["POST", "GET"]);
});
