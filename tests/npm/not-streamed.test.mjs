/** Responses whose bodies are no streams, as in React Native and Capacitor, and bodies that their owner aborts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { fetchEventSource } from "eventsource-wasm/fetch-event-source";
import { TestClock } from "eventsource-wasm/testing";
import { next, route } from "./server.mjs";

const URL_TEXT = "https://api.test/";
const headers = new Headers({ "content-type": "text/event-stream" });
const text = "data: 1\n\n";

for (const [what, body] of [
  ["nothing", undefined],
  ["null", null],
  ["a Blob", new Blob([text])],
  ["text", text],
  ["bytes", new TextEncoder().encode(text)],
]) {
  const fetch = async () => ({ status: 200, headers, url: "", body });

  test(`a response whose body is ${what} is one final failure, even with retry`, async () => {
    const clock = new TestClock();
    for (const retry of [undefined, { initialDelay: 10 }]) {
      let requests = 0;
      const counting = () => {
        requests += 1;
        return fetch();
      };
      const source = new FetchEventSource(URL_TEXT, { fetch: counting, clock, retry });
      const seen = [];
      source.onopen = () => seen.push("open");
      source.onerror = ({ error }) => seen.push([error.code, error.willReconnect]);
      await clock.advance(60_000);
      assert.deepEqual([requests, seen], [1, [["not-streamed", false]]]);
      assert.equal((await source.closed).code, "not-streamed");
    }
  });

  test(`events() of a response whose body is ${what} never completes`, async () => {
    const stream = events(URL_TEXT, { fetch });
    await assert.rejects(stream.next(), { code: "not-streamed" });
    assert.equal((await stream.closed).code, "not-streamed");
    await assert.rejects(events(await fetch()).next(), { code: "not-streamed" });
  });

  test(`fetchEventSource rejects at a response whose body is ${what}`, async () => {
    for (const onopen of [undefined, async () => {}]) {
      const onerror = (error) => {
        throw error;
      };
      await assert.rejects(fetchEventSource(URL_TEXT, { fetch, onopen, onerror }), { code: "not-streamed" });
    }
  });
}

test("the response to a HEAD ends, and a refusal without a body is a refusal", async () => {
  const answer = (status, type = "text/event-stream") => ({
    fetch: async () => ({ status, headers: new Headers({ "content-type": type }), url: "", body: undefined }),
  });
  assert.deepEqual(await events(URL_TEXT, { ...answer(200), method: "HEAD" }).next(), { done: true, value: undefined });
  for (const [options, code] of [
    [answer(204), "no-content"],
    [answer(404), "status"],
    [answer(200, "text/html"), "content-type"],
  ]) {
    await assert.rejects(events(URL_TEXT, options).next(), { code });
  }
});

test("events() of a given response whose fetch is aborted ends as aborted, with the cause", async () => {
  for (const read of [(response) => events(response), ({ body }) => events(body)]) {
    const controller = new AbortController();
    const { url } = route("/body", { body: text });
    const stream = read(await fetch(url, { signal: controller.signal }));
    assert.equal((await stream.next()).value.data, "1");
    const pending = stream.next();
    controller.abort();
    await assert.rejects(pending, { name: "AbortError" });
    const { code, cause } = await stream.closed;
    assert.deepEqual([code, cause.name], ["aborted", "AbortError"]);
  }
});

test("a source of fromReadableStream() whose stream is aborted by its owner ends as aborted, without an error", async () => {
  const controller = new AbortController();
  const { body } = await fetch(route("/body", { body: text }).url, { signal: controller.signal });
  const source = FetchEventSource.fromReadableStream(body);
  source.onerror = () => assert.fail("an abort by the owner is no error event");
  await next(source, "message");
  controller.abort();
  const { code, cause } = await source.closed;
  assert.deepEqual([code, cause.name], ["aborted", "AbortError"]);
});

test("a given response or body whose AbortSignal.timeout() ends it ends as aborted, without an error event", async () => {
  const given = () => fetch(route("/body", { body: text }).url, { signal: AbortSignal.timeout(100) });
  const stream = events(await given());
  assert.equal((await stream.next()).value.data, "1");
  await assert.rejects(stream.next(), { name: "TimeoutError" });
  const source = FetchEventSource.fromReadableStream((await given()).body);
  source.onerror = () => assert.fail("an abort by the owner is no error event");
  for (const { closed } of [stream, source]) {
    const { code, cause } = await closed;
    assert.deepEqual([code, cause.name], ["aborted", "TimeoutError"]);
  }
});

test("another reason of an abort looks like a failure of the given body, unless the signal is an option, too", async () => {
  for (const reason of ["enough", new Error("enough")]) {
    for (const option of [false, true]) {
      const controller = new AbortController();
      const { signal } = controller;
      const response = await fetch(route("/body", { body: text }).url, { signal });
      const stream = events(response, option ? { signal } : {});
      await stream.next();
      controller.abort(reason);
      await assert.rejects(stream.next(), (error) => (option ? error : error.cause) === reason);
      assert.equal((await stream.closed).code, option ? "aborted" : "network");
    }
  }
});

test("an AbortError or a TimeoutError in the body of our own request is a loss", async () => {
  for (const name of ["AbortError", "TimeoutError"]) {
    const body = new ReadableStream({ start: (controller) => controller.error(new DOMException("", name)) });
    const fetch = async () => new Response(body, { headers });
    await assert.rejects(events(URL_TEXT, { fetch }).next(), { code: "network" });
  }
});
