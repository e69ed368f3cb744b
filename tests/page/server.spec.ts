import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "./fixtures.ts";

const main = fileURLToPath(new URL("../../www/server/main.js", import.meta.url));

test("the server takes the next free port, prints its URL, and stops cleanly with an open stream", async () => {
  const occupant = createServer().listen(0, "127.0.0.1");
  await once(occupant, "listening");
  const taken = (occupant.address() as AddressInfo).port;
  const server = spawn(process.execPath, [main], {
    // Playwright sets FORCE_COLOR: Node.js 26 would warn that NO_COLOR has no effect.
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(taken), FORCE_COLOR: undefined },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complaint = once(createInterface(server.stderr), "line");
  try {
    const [line] = (await once(createInterface(server.stdout), "line")) as [string];
    const port = Number(/^eventsource-wasm demo: http:\/\/localhost:(\d+)\/$/.exec(line)?.[1]);
    expect(port).toBeGreaterThan(taken);
    expect(await complaint).toEqual([`Port ${taken} was taken, so the demo is at the next free one.`]);

    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const stream = await fetch(`http://127.0.0.1:${port}/events/live`);
    const ended = stream.text().catch(() => "broken off");

    const exit = once(server, "exit");
    server.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
    await ended;
  } finally {
    server.kill("SIGKILL");
    occupant.close();
  }
});

test("an unknown path is a 404, and nothing outside the built page is served", async ({ request, server: _ }) => {
  for (const path of ["/nothing", "/server/app.js", "/..%2fserver/app.js", "/%2e%2e/server/app.js"]) {
    expect((await request.get(path)).status(), path).toBe(404);
  }
});
