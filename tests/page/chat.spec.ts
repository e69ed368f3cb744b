import { expect, test } from "./fixtures.ts";

test("the answer grows token by token and ends as Markdown", async ({ page, server }) => {
  await page.goto("/");
  await page.fill("#chat-prompt", "Why are events streamed?");
  await page.evaluate(() => {
    const lengths: { length: number; at: number }[] = [];
    Object.assign(window, { lengths });
    const pane = document.querySelector("#chat-log") as HTMLElement;
    new MutationObserver(() => {
      const length = pane.querySelector(".answer")?.textContent.length ?? 0;
      if (length !== (lengths.at(-1)?.length ?? 0)) lengths.push({ length, at: performance.now() });
    }).observe(pane, { childList: true, subtree: true, characterData: true });
  });
  await page.click("#chat-send");
  await expect(page.locator("#chat-status")).toHaveText(/^Done: \d+ tokens, then \[DONE\]\.$/, {
    timeout: 15_000,
  });

  const lengths = await page.evaluate(
    () => (window as unknown as { lengths: { length: number; at: number }[] }).lengths,
  );
  const moments = new Set(lengths.map(({ at }) => Math.floor(at / 100)));
  expect(lengths.length).toBeGreaterThan(50);
  expect(moments.size, "tenths of a second in which the answer grew").toBeGreaterThan(15);

  const answer = page.locator("#chat-log .answer");
  await expect(answer.locator("blockquote")).toHaveText("Why are events streamed?");
  await expect(answer.locator("ol > li")).toHaveCount(3);
  await expect(answer.locator("pre code")).toContainText("for await (const event of stream)");
  await expect(answer).not.toHaveAttribute("aria-busy");
  await server.saw("chat", { connected: 1, disconnected: 1 });
  expect((await server.reports()).chat.lastDisconnect).toBeNull();
});

test("the page shows what the server received", async ({ page }) => {
  await page.goto("/");
  await page.fill("#chat-prompt", "One line\nand “another”");
  await page.getByLabel("Plain text").check();
  await page.click("#chat-send");
  await expect(page.locator("#chat-query")).toHaveText('{"format":"text"}');
  await expect(page.locator("#chat-header")).toHaveText("x-demo-client: www");
  await expect(page.locator("#chat-body")).toHaveText('{"prompt":"One line\\nand “another”"}');
  await expect(page.locator("#chat-log .answer.plain")).toContainText("You asked: One line and “another”");
});

test("Stop aborts the request, and the server sees it in the middle of the answer", async ({ page, server }) => {
  await page.goto("/");
  await page.click("#chat-send");
  await expect(page.locator("#chat-log .answer blockquote")).toBeVisible();
  await page.click("#chat-stop");
  await expect(page.locator("#chat-status")).toHaveText(
    /^Stopped after \d+ tokens\. The server saw the disconnect at token \d+ of \d+\.$/,
  );
  await server.saw("chat", { connected: 1, disconnected: 1 });
  const last = (await server.reports()).chat.lastDisconnect;
  expect(last?.sent).toBeGreaterThan(0);
  expect(last?.sent).toBeLessThan(last?.of ?? 0);

  const text = await page.locator("#chat-log .answer").textContent();
  await page.getByLabel("Plain text").check();
  await page.click("#chat-send");
  await expect(page.locator("#chat-log .answer.plain")).toContainText("You asked");
  expect(await page.locator("#chat-log .answer").first().textContent()).toBe(text);
});

test("leaving the page ends an answer", async ({ page, server }) => {
  await page.goto("/");
  await page.click("#chat-send");
  await expect(page.locator("#chat-log .answer blockquote")).toBeVisible();
  await page.reload();
  await server.saw("chat", { connected: 1, disconnected: 1 });
  expect((await server.reports()).chat.lastDisconnect).not.toBeNull();
});

test("markup in a prompt stays harmless", async ({ page, server: _ }) => {
  await page.goto("/");
  await page.fill(
    "#chat-prompt",
    'x <img src="nowhere" onerror="document.title = 1"> <style>*{display:none}</style> <b>bold</b>',
  );
  await page.click("#chat-send");
  const quote = page.locator("#chat-log .answer blockquote");
  await expect(quote).toContainText("bold");
  await expect(page.locator("#chat-log .answer :is(img, style, script)")).toHaveCount(0);
  await expect(page).toHaveTitle(/^eventsource-wasm/);
  await page.click("#chat-stop");
});

test("an empty prompt is not sent", async ({ page, server }) => {
  await page.goto("/");
  await page.fill("#chat-prompt", "  \n ");
  await page.click("#chat-send");
  await expect(page.locator("#chat-status")).toHaveText("Write a prompt first.");
  await expect(page.locator("#chat-prompt")).toBeFocused();
  await server.saw("chat", { connected: 0, disconnected: 0 });
});

test("the server refuses a body that is no prompt", async ({ request, server: _ }) => {
  for (const data of [{}, { prompt: "" }, { prompt: " " }, { prompt: "x".repeat(501) }, { prompt: { deep: 1 } }]) {
    const response = await request.post("/chat", { data });
    expect(response.status()).toBe(400);
    expect((await response.json()).message).toContain("prompt");
  }
});

test("works with the keyboard only", async ({ page, server }) => {
  await page.goto("/");
  await page.locator("#chat-prompt").focus();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("Typed");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("by hand");
  await page.keyboard.press("Enter");
  await expect(page.locator("#chat-body")).toHaveText('{"prompt":"Typed\\nby hand"}');
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Stop" }).first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#chat-status")).toContainText("The server saw the disconnect");
  await server.saw("chat", { connected: 1, disconnected: 1 });
});

test.describe("a server that is down", () => {
  test.use({ expectedErrors: /net::ERR_/ });

  test("is a readable message that names what to do", async ({ page }) => {
    await page.goto("/");
    await page.route("**/chat?*", (route) => route.abort("connectionrefused"));
    await page.click("#chat-send");
    await expect(page.locator("#chat-status")).toHaveText(
      "The server cannot be reached. Is it running? Press Send to try again.",
    );
    await page.unroute("**/chat?*");
    await page.click("#chat-send");
    await expect(page.locator("#chat-status")).toHaveText("The answer is on its way.");
    await page.click("#chat-stop");
  });
});

test.describe("a full server", () => {
  test.use({ maxClients: 0, expectedErrors: /status of 503/ });

  test("is a readable message", async ({ page }) => {
    await page.goto("/");
    await page.click("#chat-send");
    await expect(page.locator("#chat-status")).toHaveText(
      "The server answered 503. The chat scene is full: 0 clients at most. Try again in 5 s.",
    );
    await expect(page.locator("#chat-send")).toBeEnabled();
  });
});
