import assert from "node:assert/strict";
import { after, test } from "node:test";
import { collected, recipe } from "./recipes.mjs";
import { createAnthropic } from "./servers/anthropic.mjs";

const { ask } = await recipe("anthropic");
const server = createAnthropic();
const url = `${await server.listen()}/v1/messages`;
after(() => server.close());

const request = (model) => ({ model, max_tokens: 100, messages: [{ role: "user", content: "Say hello" }] });
const options = { url, apiKey: "sk-ant-test" };

test("text arrives in pieces, tool calls whole, and the end with its reason and usage", async () => {
  assert.deepEqual(await collected(ask(request("good"), options)), [
    { type: "text", text: "Hé" },
    { type: "text", text: "llo" },
    { type: "tool", id: "toolu_1", name: "get_weather", input: { location: "Zürich" } },
    { type: "tool", id: "toolu_2", name: "get_time", input: {} },
    { type: "end", stopReason: "tool_use", inputTokens: 25, outputTokens: 15 },
  ]);
  assert.deepEqual(server.requests.at(-1).body, { ...request("good"), stream: true });
});

test("an `error` event is thrown with its type", async () => {
  await assert.rejects(collected(ask(request("overloaded"), options)), {
    name: "AnthropicError",
    type: "overloaded_error",
    message: "Overloaded",
  });
});

test("a stream that ends before message_stop is truncated", async () => {
  await assert.rejects(collected(ask(request("cut"), options)), { name: "AnthropicError", type: "truncated" });
});

test("a refused request is thrown with the message of the API", async () => {
  await assert.rejects(collected(ask(request("good"), { ...options, apiKey: "wrong" })), {
    name: "EventSourceError",
    status: 401,
    bodyPrefix: /authentication_error/,
  });
});
