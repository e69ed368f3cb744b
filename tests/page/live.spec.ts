import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, expectState, rows, test } from "./fixtures.ts";

test("Connect shows each readyState on the way to OPEN", async ({ page, server }) => {
  await page.goto("/");
  await expectState(page, "live", "CLOSED");
  await page.click("#live-connect");
  await expectState(page, "live", "OPEN");
  expect((await rows(page.locator("#live-log"))).slice(0, 2)).toEqual(["state: CONNECTING", "state: OPEN"]);
  await expect(page.locator("#live-status")).toHaveText("Connected. One event each second.");
  await server.saw("live", { connected: 1, disconnected: 0 });
});

test("Disconnect closes the connection, and the server sees it", async ({ page, server }) => {
  await page.goto("/");
  await page.click("#live-connect");
  await expectState(page, "live", "OPEN");
  await page.click("#live-disconnect");
  await expectState(page, "live", "CLOSED");
  await server.saw("live", { connected: 1, disconnected: 1 });

  await page.click("#live-connect");
  await expectState(page, "live", "OPEN");
  await server.saw("live", { connected: 2, disconnected: 1 });
});

test("every kind of event is listed: welcome, customEvent, message, article", async ({ page }) => {
  await page.goto("/");
  await page.click("#live-connect");
  const log = page.locator("#live-log");
  const custom = log.locator('[data-kind="customEvent"] > :last-child');
  // The article follows the third custom event. Later events may be there already.
  const article = log.locator('[data-kind="article"]').first();
  await expect(article).toBeAttached();

  for (const [index, text] of (await custom.allTextContents()).entries()) {
    expect(text).toMatch(new RegExp(`^${index + 1} --- \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$`));
  }
  const kinds = (await rows(log)).map((row) => row.split(":")[0]);
  expect(kinds.slice(0, 8)).toEqual([
    "state",
    "state",
    "welcome",
    "customEvent",
    "customEvent",
    "message",
    "customEvent",
    "article",
  ]);
  await expect(log.locator('[data-kind="message"]').first()).toContainText("A message without a name");
  expect((await article.locator("> :last-child").textContent())?.split("\n")).toHaveLength(3);
});

test("the server sends retry, named events with ids, and comment heartbeats", async ({ server, watch: _ }) => {
  const response = await fetch(`${server.origin}/events/live`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (/^: ?heartbeat$/m.test(text)) break;
  }
  expect(text).toMatch(/^retry: ?30000$/m);
  expect(text).toMatch(/^event: ?customEvent\nid: ?1\ndata: ?\{"id":1,"time":"[^"]+"\}\n\n/m);
  expect(text).toMatch(/^event: ?article\ndata: ?.+\ndata: ?.+\ndata: ?.+\n\n/m);
  await server.saw("live", { connected: 1, disconnected: 1 });
});

test("a lost connection is shown as CONNECTING, and the list stays bounded", async ({ page }) => {
  const events = Array.from({ length: 300 }, (_, index) => `id: ${index}\ndata: number ${index}\n\n`);
  await page.route("**/events/live", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: `retry: 30000\n\n${events.join("")}` }),
  );
  await page.goto("/");
  await page.click("#live-connect");
  await expect(page.locator("#live-status")).toContainText("tries again in 30");
  await expectState(page, "live", "CONNECTING");
  expect(await page.locator("#live-log > li").count()).toBe(100);
  await expect(page.locator("#live-log > li").last()).toHaveText(/CONNECTING/);
});

test.describe("a server that is down", () => {
  test.use({ expectedErrors: /net::ERR_/ });

  test("is a readable message, not a lost connection", async ({ page }) => {
    await page.route("**/events/live", (route) => route.abort("connectionrefused"));
    await page.goto("/");
    await page.click("#live-connect");
    await expect(page.locator("#live-status")).toHaveText(
      "The server cannot be reached. Is it running? The browser keeps trying.",
    );
    await expectState(page, "live", "CONNECTING");
    await page.click("#live-disconnect");
  });
});

test.describe("a full server", () => {
  test.use({ maxClients: 0, expectedErrors: /status of 503/ });

  test("is a CLOSED connection with a readable message", async ({ page }) => {
    await page.goto("/");
    await page.click("#live-connect");
    await expect(page.locator("#live-status")).toContainText("The server refused.");
    await expectState(page, "live", "CLOSED");
    await expect(page.locator("#live-connect")).toBeEnabled();
  });
});

test.describe("another server", () => {
  test.use({
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from it
    servers: async ({}, use) => {
      const probe = createServer().listen(0, "localhost");
      await once(probe, "listening");
      const { port } = probe.address() as AddressInfo;
      await new Promise((resolve) => probe.close(resolve));
      const program = fileURLToPath(new URL("../../examples/servers/node-http/server.mjs", import.meta.url));
      const child = spawn(process.execPath, [program], { env: { ...process.env, PORT: String(port) } });
      await once(child.stdout, "data");
      await use(`http://localhost:${port}`);
      child.kill();
    },
  });

  test("is read by GET, and by POST with a body", async ({ page, servers }) => {
    const log = page.locator("#live-log");
    await page.goto(`/?${new URLSearchParams({ server: `${servers}/events` })}`);
    await page.click("#live-connect");
    await expect(log.locator('[data-kind="tick"]').nth(1)).toBeAttached();
    await expectState(page, "live", "OPEN");
    await page.click("#live-disconnect");

    await page.goto(`/?${new URLSearchParams({ server: `${servers}/chat`, body: '{"prompt":"one two"}' })}`);
    await page.click("#live-connect");
    await expect(log.locator('[data-kind="message"] > :last-child')).toHaveText([
      '{"delta":"one"}',
      '{"delta":"two"}',
      "[DONE]",
    ]);
    await expectState(page, "live", "CLOSED");
  });
});

test("works with the keyboard only", async ({ page, server }) => {
  await page.goto("/");
  const connect = page.getByRole("button", { name: "Connect", exact: true });
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press("Tab");
    if (await connect.evaluate((button) => button === document.activeElement)) break;
  }
  await expect(connect).toBeFocused();
  await expect(connect).toHaveCSS("outline-style", "solid");
  await page.keyboard.press("Enter");
  await expectState(page, "live", "OPEN");

  await expect(connect).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Disconnect" })).toBeFocused();
  await page.keyboard.press("Space");
  await expectState(page, "live", "CLOSED");
  await server.saw("live", { connected: 1, disconnected: 1 });
});
