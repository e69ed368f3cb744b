/** A user and a password in a URL, which `fetch` refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, FetchEventSource } from "eventsource-wasm";
import { fetchEventSource } from "eventsource-wasm/fetch-event-source";
import { next, opened, route } from "./server.mjs";

const withUser = (url, userinfo) => url.replace("//", `//${userinfo}@`);
const basic = (text) => `Basic ${Buffer.from(text).toString("base64")}`;

for (const [userinfo, pair] of [
  ["user:pass", "user:pass"],
  ["user", "user:"],
  [":pass", ":pass"],
  ["a%40b:p%3Aä%25%", "a@b:p:ä%%"],
]) {
  test(`a URL with //${userinfo}@ is sent and shown without it, with an authorization header`, async () => {
    for (const asFunction of [false, true]) {
      const { url, seen } = route("/echo");
      const secret = withUser(url, userinfo);
      const source = opened(new FetchEventSource(asFunction ? async () => secret : secret, { decode: "json" }));
      if (!asFunction) assert.equal(source.url, url);
      const { response } = await next(source, "open");
      assert.deepEqual([source.url, response.url], [url, url]);
      const [{ headers }] = (await seen()).requests;
      assert.equal(headers.authorization, basic(pair));
    }
  });
}

test("the user's authorization header overrides the URL", async () => {
  const { url } = route("/echo");
  const stream = events(withUser(url, "user:pass"), { headers: { Authorization: "Bearer own" }, decode: "json" });
  assert.equal((await stream.next()).value.data.headers.authorization, "Bearer own");
  stream.close();
});

test("a fetch option gets the URL without user and password, and the header", async () => {
  let got;
  const fetch = async (url, { headers }) => {
    got = [url, headers.authorization];
    return new Response(null, { status: 204 });
  };
  await new FetchEventSource("http://user:pass@api.test/a@b", { fetch }).closed;
  assert.deepEqual(got, ["http://api.test/a@b", basic("user:pass")]);
});

test("fetchEventSource sends user and password of a URL as a header, unless a header is given", async () => {
  for (const [headers, expected] of [
    [{}, basic("user:pass")],
    [{ Authorization: "Bearer own" }, "Bearer own"],
  ]) {
    const { url, seen } = route("/echo");
    const controller = new AbortController();
    const onmessage = () => controller.abort();
    await fetchEventSource(withUser(url, "user:pass"), { headers, onmessage, signal: controller.signal });
    assert.equal((await seen()).requests[0].headers.authorization, expected);
  }
});

test("no message shows a password, not even for an invalid URL", async () => {
  for (const url of ["http://user:secret@[/", "http://user:se/cr@et@host:x/", "//user:secret@host/"]) {
    assert.throws(
      () => new FetchEventSource(url),
      ({ name, message }) => name === "SyntaxError" && !/se.?cr/.test(message),
    );
    const { error } = await new FetchEventSource(() => url).closed;
    assert.equal(error.code, "request");
    assert.doesNotMatch(`${error} ${error.cause} ${error.stack} ${error.cause.stack}`, /se.?cr/);
  }
});
