import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { recipe, until } from "./recipes.mjs";
import { createMcp } from "./servers/mcp.mjs";

const { McpClient, McpError, McpSessionEnded } = await recipe("mcp");

/** Clients and servers to close after the test. */
const ends = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function connected(options = {}, serverOptions = {}) {
  const server = createMcp(serverOptions);
  ends.push(() => server.close());
  const notified = [];
  const client = await McpClient.connect(`${await server.listen()}/mcp`, {
    clientInfo: { name: "recipe", version: "1" },
    onNotification: (method, params) => notified.push([method, params?.progress]),
    ...options,
  });
  ends.unshift(() => client.close());
  const call = (name, given, signal) => client.request("tools/call", { name, arguments: given }, signal);
  return { server, client, notified, call };
}

/** The options of tests that would otherwise wait without end on a failure. */
const LIMIT = { timeout: 15_000 };

const text = (result) => result.content[0].text;

test("it initializes: the client has the server's info, and the server is notified", async () => {
  const { server, client } = await connected();
  assert.deepEqual(client.server.serverInfo, { name: "test", version: "1" });
  assert.deepEqual(server.received, [{ jsonrpc: "2.0", method: "notifications/initialized" }]);
  assert.deepEqual(server.refused, []);
});

test("a response in JSON is the result", async () => {
  const { call } = await connected();
  assert.equal(text(await call("add", { a: 2, b: 3 })), "5");
});

test("an error of JSON-RPC is thrown with its code and data", async () => {
  const { call } = await connected();
  await assert.rejects(call("fail"), (error) => {
    assert.ok(error instanceof McpError);
    assert.deepEqual([error.code, error.data], [-32602, { name: "fail" }]);
    return true;
  });
});

test("a response in a stream is the result, and earlier notifications are passed on", async () => {
  const { call, notified } = await connected();
  assert.equal(text(await call("slow")), "slowly");
  assert.deepEqual(notified, [["notifications/progress", 1]]);
});

for (const name of ["cut", "ended"]) {
  test(`a stream that is ${name} before the response is resumed by GET from its last event`, LIMIT, async () => {
    const { call, notified, server } = await connected();
    assert.equal(text(await call(name)), "after all");
    assert.deepEqual(server.resumptions, ["c/1"]);
    assert.deepEqual(
      notified.map(([, progress]) => progress),
      [1, 2],
    );
  });
}

test("a stream without IDs that ends before the response is a failure", async () => {
  const { call, server } = await connected();
  await assert.rejects(call("lost"), /without an answer/);
  assert.deepEqual(server.resumptions, []);
});

test("a request of the server is answered while its stream goes on", async () => {
  const { call } = await connected({ onRequest: (method) => ({ content: { type: "text", text: method } }) });
  assert.equal(text(await call("ask")), "you said sampling/createMessage");
});

test("a request of the server is refused by a client without onRequest", async () => {
  const { call, server } = await connected();
  const asked = call("ask").catch(() => {});
  await until(() => server.received.length === 2);
  assert.equal(server.received[1].error.code, -32601);
  await server.close();
  await asked;
});

test("an abort notifies the server that the request is cancelled", async () => {
  const { call, server } = await connected();
  const controller = new AbortController();
  const hanging = call("hang", {}, controller.signal);
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(hanging, { name: "AbortError" });
  await until(() => server.received.some(({ method }) => method === "notifications/cancelled"));
});

test("listen() gets notifications outside of requests, and resumes after a loss", LIMIT, async () => {
  const { client, server, notified } = await connected();
  client.listen();
  await until(() => server.listening.size === 1);
  server.tell("notifications/tools/list_changed", "u/1");
  await until(() => notified.length === 1);
  for (const stream of server.listening) stream.destroy();
  await until(() => server.resumptions.length === 1);
  assert.deepEqual(server.resumptions, ["u/1"]);
  server.tell("notifications/prompts/list_changed", "u/2");
  await until(() => notified.length === 2);
  await client.close();
  await until(() => server.listening.size === 0);
});

test("a server without a stream for listen() is no failure", async () => {
  const { client, call, server } = await connected({}, { hasListening: false });
  client.listen();
  await until(() => server.refused.length === 1);
  assert.equal(text(await call("add", { a: 1, b: 1 })), "2");
});

test("close() ends the server's session and pending requests", async () => {
  const { client, server, call } = await connected();
  const ended = assert.rejects(call("hang"), McpSessionEnded);
  await client.close();
  await ended;
  assert.equal(server.session(), undefined);
  assert.deepEqual(server.refused, []);
});

test("a session that the server has ended is an McpSessionEnded error", async () => {
  const { call } = await connected();
  await call("forget");
  await assert.rejects(call("add", { a: 1, b: 1 }), McpSessionEnded);
});
