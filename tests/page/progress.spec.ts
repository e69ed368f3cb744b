import { expect, expectState, often, rows, test } from "./fixtures.ts";

test("a job moves only the bar of the client that started it", async ({ page, context, server }) => {
  const other = await context.newPage();
  await Promise.all([page.goto("/"), other.goto("/")]);
  await page.click("#progress-join");
  await other.click("#progress-join");
  await expect(page.locator("#progress-status")).toHaveText("Joined. Waiting for a job.");
  await expect(other.locator("#progress-status")).toHaveText("Joined. Waiting for a job.");

  const { ids } = (await server.reports()).progress;
  expect(ids).toHaveLength(2);
  expect(ids).toContain(await page.locator("#progress-id").textContent());
  expect(ids).toContain(await other.locator("#progress-id").textContent());

  await page.click("#progress-start");
  await expect
    .poll(() => page.locator("#progress-bar").evaluate((bar: HTMLProgressElement) => bar.value), often)
    .toBe(100);
  await expect(page.locator("#progress-percent")).toHaveText("100%");
  const updates = (await rows(page.locator("#progress-log"))).filter((row) => row.startsWith("update"));
  expect(updates).toEqual(Array.from({ length: 50 }, (_, index) => `update: ${index + 1} of 50`));

  await expect(other.locator("#progress-percent")).toHaveText("0%");
  expect((await rows(other.locator("#progress-log"))).filter((row) => row.startsWith("update"))).toEqual([]);
});

test("the number of clients follows clients that join and leave in other pages", async ({
  page,
  context,
  server: _,
}) => {
  const other = await context.newPage();
  await Promise.all([page.goto("/"), other.goto("/")]);
  const clients = page.locator("#progress-clients");
  await page.click("#progress-join");
  await expect(clients).toHaveText("1 of at most 100");
  await other.click("#progress-join");
  await expect(clients).toHaveText("2 of at most 100");
  await expect(other.locator("#progress-clients")).toHaveText("2 of at most 100");
  await other.click("#progress-leave");
  await expect(clients).toHaveText("1 of at most 100");
  await expect(other.locator("#progress-clients")).toHaveText("–");

  await other.click("#progress-join");
  await expect(clients).toHaveText("2 of at most 100");
  await other.close();
  await expect(clients).toHaveText("1 of at most 100");
  expect((await rows(page.locator("#progress-log"))).filter((row) => row.startsWith("clients"))).toEqual([
    "clients: 2 on the map",
    "clients: 1 on the map",
    "clients: 2 on the map",
    "clients: 1 on the map",
  ]);
});

test("Start joins first if necessary, and works again after the end", async ({ page, server }) => {
  await page.goto("/");
  for (const _ of [1, 2]) {
    await page.click("#progress-start");
    await expect(page.locator("#progress-status")).toHaveText("Done. Start it again, or leave.");
  }
  await server.saw("progress", { connected: 1, disconnected: 0 });
});

test("Leave takes the client off the map", async ({ page, server }) => {
  await page.goto("/");
  await page.click("#progress-start");
  await expect(page.locator("#progress-count")).not.toHaveText("0");
  await page.click("#progress-leave");
  await expectState(page, "progress", "CLOSED");
  await server.saw("progress", { connected: 1, disconnected: 1 });
  await expect.poll(async () => (await server.reports()).progress, often).toMatchObject({ ids: [], removeRequests: 1 });
});

test("leaving the page notifies the server", async ({ page, server }) => {
  await page.goto("/");
  await page.click("#progress-join");
  await expectState(page, "progress", "OPEN");
  await page.goto("about:blank");
  await server.saw("progress", { connected: 1, disconnected: 1 });
  await expect.poll(async () => (await server.reports()).progress, often).toMatchObject({ ids: [], removeRequests: 1 });
});

test("a client whose connection closes without notice leaves the map", async ({ server, watch: _ }) => {
  const controller = new AbortController();
  await fetch(`${server.origin}/event/push?id=test-client`, { signal: controller.signal });
  expect((await server.reports()).progress.ids).toEqual(["test-client"]);
  controller.abort();
  await server.saw("progress", { connected: 1, disconnected: 1 });
  expect((await server.reports()).progress).toMatchObject({ ids: [], removeRequests: 0 });
});

test("the stream of a removed client ends", async ({ server, watch: _ }) => {
  const response = await fetch(`${server.origin}/event/push?id=test-client`);
  const removed = await fetch(`${server.origin}/event/remove?id=test-client`, { method: "POST" });
  expect(removed.status).toBe(204);
  expect(await response.text()).toContain("joined");
  expect((await server.reports()).progress.ids).toEqual([]);
});

test("a job for an unknown or a malformed id is refused", async ({ request, server: _ }) => {
  expect((await request.post("/event/progress?id=nobody-here")).status()).toBe(404);
  expect((await request.post("/event/progress?id=%00")).status()).toBe(400);
  expect((await request.post("/event/progress")).status()).toBe(400);
});

test.describe("a full map", () => {
  test.use({ maxClients: 1, expectedErrors: /status of 503/ });

  test("is a readable message, and has room again after a client leaves", async ({ page, context, server }) => {
    const other = await context.newPage();
    await Promise.all([page.goto("/"), other.goto("/")]);
    await page.click("#progress-join");
    await expect(page.locator("#progress-clients")).toHaveText("1 of at most 1");

    await other.click("#progress-join");
    await expect(other.locator("#progress-status")).toHaveText(
      "The server answered 503. The progress scene is full: 1 client at most. Try again in 5 s.",
    );
    await expectState(other, "progress", "CLOSED");

    await page.click("#progress-leave");
    await server.saw("progress", { connected: 1, disconnected: 1 });
    await other.click("#progress-join");
    await expectState(other, "progress", "OPEN");
  });
});
