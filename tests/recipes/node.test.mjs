import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createEventServer } from "../server/app.mjs";
import { until } from "./recipes.mjs";

const program = fileURLToPath(new URL("../../docs/recipes/node.mjs", import.meta.url));
const server = createEventServer();
const base = await server.listen({ host: "127.0.0.1", port: 0 });
after(() => server.close());

/** Runs the recipe as a reader would. */
function follow(t, path, query, args = [], env = {}) {
  const key = randomUUID();
  const url = `${base}${path}?${new URLSearchParams({ ...query, key })}`;
  const child = spawn(process.execPath, [program, url, ...args], { env: { ...process.env, ...env } });
  t.after(() => child.kill("SIGKILL"));
  const seen = { out: "", err: "", code: /** @type {number | null | undefined} */ (undefined) };
  child.stdout.on("data", (chunk) => {
    seen.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    seen.err += chunk;
  });
  child.on("close", (code) => {
    seen.code = code;
  });
  const requests = async () => (await fetch(`${base}/seen?key=${key}`)).json();
  return {
    child,
    seen,
    requests,
    events: () =>
      seen.out
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  };
}

test("it prints each event once across a loss, resumes, and exits at SIGINT with 0", async (t) => {
  const { child, seen, events, requests } = follow(t, "/numbers", { retry: "20", cut: "2", total: "3" });
  await until(() => seen.out.includes('"done"'));
  assert.deepEqual(
    events().map(({ type, data, lastEventId }) => [type, data, lastEventId]),
    [
      ["message", "1", "1"],
      ["message", "2", "2"],
      ["message", "3", "3"],
      ["done", "", "3"],
    ],
  );
  assert.match(seen.err, /^network.*again in \d+/);
  child.kill("SIGINT");
  await until(() => seen.code !== undefined);
  assert.equal(seen.code, 0);
  assert.equal((await requests()).requests[1].lastEventId, "2");
});

test("it sends the given token and ID", async (t) => {
  const { seen, requests } = follow(t, "/numbers", {}, ["7"], { TOKEN: "secret" });
  await until(() => seen.out.includes('"8"'));
  const [first] = (await requests()).requests;
  assert.deepEqual([first.lastEventId, first.headers.authorization], ["7", "Bearer secret"]);
});

test("a refusal is printed, and it exits with 1", async (t) => {
  const { seen } = follow(t, "/answer", { status: "403" });
  await until(() => seen.code !== undefined);
  assert.equal(seen.code, 1);
  assert.match(seen.err, /^status 403: .*\(given up\)/);
});

test("it exits when its output pipe closes", async (t) => {
  const { child, seen } = follow(t, "/numbers", { retry: "20", cut: "1", total: "1000" });
  await until(() => seen.out !== "");
  child.stdout.destroy();
  await until(() => seen.code !== undefined);
});
