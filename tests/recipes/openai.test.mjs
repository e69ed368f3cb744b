import assert from "node:assert/strict";
import { after, test } from "node:test";
import { EventSourceError } from "eventsource-wasm";
import { collected, recipe, until } from "./recipes.mjs";
import { createOpenAI } from "./servers/openai.mjs";

const { chat, respond, OpenAIError } = await recipe("openai");
const server = createOpenAI();
const baseUrl = `${await server.listen()}/v1`;
after(() => server.close());

const options = (model) => ({ model, baseUrl, apiKey: "sk-test" });
const messages = [{ role: "user", content: "Say hello" }];

test("a chat completion arrives in pieces, without its sentinel and its usage", async () => {
  assert.deepEqual(await collected(chat(messages, options("good"))), ["Hé", "llo"]);
  const { body, headers } = server.requests.at(-1);
  assert.deepEqual(body, { model: "good", messages, stream: true });
  assert.equal(headers.accept, "text/event-stream");
});

test("an error in the stream of a chat is thrown with its code", async () => {
  await assert.rejects(collected(chat(messages, options("fails"))), (error) => {
    assert.ok(error instanceof OpenAIError);
    assert.equal(error.code, "server_error");
    return true;
  });
});

test("a chat that ends before [DONE] is truncated", async () => {
  await assert.rejects(collected(chat(messages, options("cut"))), { code: "truncated" });
});

test("a refused request is thrown with the message of the API", async () => {
  const refused = collected(chat(messages, { ...options("good"), apiKey: "wrong" }));
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof EventSourceError);
    assert.equal(error.status, 401);
    assert.match(error.bodyPrefix, /invalid_api_key/);
    return true;
  });
});

test("leaving the loop ends the request", async () => {
  for await (const _ of chat(messages, options("endless"))) break;
  await until(() => server.open() === 0);
});

test("aborting the signal ends the request", async () => {
  const controller = new AbortController();
  const reading = collected(chat(messages, { ...options("endless"), signal: controller.signal }));
  await until(() => server.open() === 1);
  controller.abort();
  await assert.rejects(reading, { name: "AbortError" });
  await until(() => server.open() === 0);
});

test("a response arrives in pieces", async () => {
  assert.deepEqual(await collected(respond("Say hello", options("good"))), ["Hé", "llo"]);
  assert.deepEqual(server.requests.at(-1).body, { model: "good", input: "Say hello", stream: true });
});

for (const [model, code, message] of [
  ["error", "server_error", /documented/],
  ["nested-error", "server_error", /nested/],
  ["fails", "rate_limit_exceeded", /slow/],
  ["incomplete", "max_output_tokens", /incomplete/],
  ["cut", "truncated", /ended before/],
]) {
  test(`a response that ends by '${model}' throws this reason, after its text`, async () => {
    const seen = [];
    const reading = async () => {
      for await (const text of respond("Say hello", options(model))) seen.push(text);
    };
    await assert.rejects(reading(), { name: "OpenAIError", code, message });
    assert.deepEqual(seen, ["Hé", "llo"]);
  });
}
