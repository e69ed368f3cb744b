import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EventSourceError, events, FetchEventSource } from "../../dist/index.js";
import { createParser } from "../../dist/parser.js";

/** The texts of errors that both languages report. `tests/without_browser.rs` compares those of the crate. */
const TEXTS = JSON.parse(readFileSync(new URL("../error-texts.json", import.meta.url), "utf8"));

/** The message of what a function throws. */
function thrown(act) {
  try {
    act();
  } catch (error) {
    return error.message;
  }
  return assert.fail("nothing was thrown");
}

async function decodeText() {
  const body = "event: update\ndata: {\n\n";
  const response = new Response(body, { headers: { "content-type": "text/event-stream" } });
  const { value } = await events(response, { decode: "json", onDecodeError: "yield" }).next();
  return value.error.message;
}

function limitText() {
  const errors = [];
  createParser({ maxBufferSize: 8, onEvent() {}, onError: (error) => errors.push(error) }).feed("data: 0123456789\n");
  return errors[0].message;
}

const failure = (code, status, delay) =>
  new EventSourceError({ code, attempt: 1, delay, response: status && new Response(null, { status }) }).message;

test("errors that both languages report have the texts of tests/error-texts.json", async () => {
  const { decode, "parser's limit": limit, ...whole } = TEXTS;
  assert.deepEqual(
    {
      url: thrown(() => new FetchEventSource("http://[")),
      "gave up": failure("unknown"),
      status: failure("status", 404),
      "status, retried": failure("status", 503, 1000),
      "content type": failure("content-type", 200),
      "network, retried": failure("network", undefined, 1000),
    },
    whole,
  );
  assert.ok((await decodeText()).startsWith(decode));
  assert.equal(limitText(), `${limit}maxBufferSize`);
});
