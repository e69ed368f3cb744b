import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { recipe, until } from "./recipes.mjs";
import { createServer, openStream } from "./servers/server.mjs";

const { AccessToken, authorized, fetchAccessToken } = await recipe("jwt-refresh");

/** The valid token, the number of issued tokens, and the tokens that the server got. */
let valid = "";
let given = 0;
let shown = [];
/** The lifetime of a token, in seconds. */
let life = 3600;

const { app, listen } = createServer();
app.post("/auth/refresh", async () => {
  given += 1;
  const payload = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + life, jti: given, x: "?>?>é" }));
  valid = `e30.${payload.toString("base64url")}.c2ln`;
  return { access_token: valid };
});
app.post("/auth/refused", async (_request, reply) => reply.code(401).send("who are you?"));
const streams = new Set();
app.get("/events", async (request, reply) => {
  const token = request.headers.authorization?.replace("Bearer ", "");
  shown.push(token);
  if (token !== valid) return reply.code(401).send("who are you?");
  const stream = openStream(reply);
  stream.write("retry: 20\n\ndata: let in\n\n");
  streams.add(stream);
  return reply;
});
const url = await listen();
after(() => app.close());

beforeEach(() => {
  given = 0;
  shown = [];
  life = 3600;
});

const newToken = () => new AccessToken(() => fetchAccessToken(`${url}/auth/refresh`));

/** Opens a source, and records its messages and errors. */
function opened(t, token, init) {
  const source = authorized(`${url}/events`, token, init);
  const seen = { messages: 0, errors: [] };
  source.on("message", () => {
    seen.messages += 1;
  });
  source.addEventListener("error", ({ error }) => seen.errors.push(error.code));
  t.after(() => source.close());
  return seen;
}

test("streams that open at the same time fetch one token", async (t) => {
  const token = newToken();
  const all = [1, 2, 3].map(() => opened(t, token));
  await until(() => all.every(({ messages }) => messages === 1));
  assert.equal(given, 1);
});

test("a refused token is renewed once for all streams, without an error", async (t) => {
  const token = newToken();
  await token.get();
  valid = "another";
  const all = [1, 2, 3].map(() => opened(t, token));
  await until(() => all.every(({ messages }) => messages === 1));
  assert.equal(given, 2);
  assert.deepEqual(
    all.flatMap(({ errors }) => errors),
    [],
  );
});

test("a token that expires soon is renewed before it is sent, at a reconnect too", async (t) => {
  life = 10;
  const token = newToken();
  const seen = opened(t, token);
  await until(() => seen.messages === 1);
  for (const stream of streams) stream.destroy();
  await until(() => seen.messages === 2);
  assert.equal(given, 2);
  assert.equal(new Set(shown).size, 2, "no token was sent twice");
});

test("a token that is still valid is sent again", async (t) => {
  const token = newToken();
  const seen = opened(t, token);
  await until(() => seen.messages === 1);
  for (const stream of streams) stream.destroy();
  await until(() => seen.messages === 2);
  assert.equal(given, 1);
});

test("if the user must sign in again, the source closes, and its error says so", async () => {
  const token = new AccessToken(() => fetchAccessToken(`${url}/auth/refused`));
  const source = authorized(`${url}/events`, token);
  const errors = [];
  source.addEventListener("error", ({ error }) => errors.push(error.cause.message));
  assert.equal((await source.closed).code, "closed");
  assert.match(errors.join(), /^no token for this user \(status 401\): sign in again$/);
});

test("if the server of the token fails for a moment, the source asks it again", async (t) => {
  let calls = 0;
  const token = new AccessToken(async () => {
    calls += 1;
    if (calls === 1) throw new TypeError("fetch failed");
    return fetchAccessToken(`${url}/auth/refresh`);
  });
  const seen = opened(t, token, { retry: { initialDelay: 10 } });
  await until(() => seen.messages === 1);
  assert.equal(calls, 2);
  assert.deepEqual(seen.errors, ["request"]);
});
