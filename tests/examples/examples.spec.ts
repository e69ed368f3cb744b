/** Tests that run for each example. The examples are the projects of the configuration. */
import type { Locator, Page } from "@playwright/test";
import { expect, often, type Server, test } from "../page/fixtures.ts";

const COMPLETE = { timeout: 15_000 };

/** The parts of an example's page, found by their visible names. */
function partsOf(page: Page) {
  const chat = page.locator("#chat");
  const feed = page.locator("#feed");
  return {
    chat,
    prompt: chat.getByLabel("Your prompt"),
    send: chat.getByRole("button", { name: "Send" }),
    stop: chat.getByRole("button", { name: "Stop" }),
    answer: chat.locator(".answer").last(),
    chatStatus: chat.getByRole("status"),
    feed,
    state: feed.locator(".state"),
    feedStatus: feed.getByRole("status"),
    cut: feed.getByRole("button", { name: "Cut the connection" }),
    numbers: feed.locator(".numbers li"),
    replayed: feed.locator('.numbers [data-replayed="true"]'),
  };
}

/** Watches an answer from now on. Returns a function for the lengths that the page showed. */
async function watchLengths(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const lengths: number[] = [];
    Object.assign(window, { lengths });
    const log = document.querySelector("#chat .log") as HTMLElement;
    new MutationObserver(() => {
      const length = log.querySelector(".answer")?.textContent.length ?? 0;
      if (length !== lengths.at(-1)) lengths.push(length);
    }).observe(log, { childList: true, subtree: true, characterData: true });
  });
  return () => page.evaluate(() => (window as unknown as { lengths: number[] }).lengths);
}

/** Waits until at least this many numbers are shown. */
async function expectNumbers(numbers: Locator, least: number): Promise<void> {
  await expect.poll(() => numbers.count(), often).toBeGreaterThanOrEqual(least);
}

/** Returns the numbers in a list, and expects each to be one more than the number before it. */
async function expectNoGap(numbers: Locator): Promise<number[]> {
  const shown = (await numbers.allTextContents()).map(Number);
  expect(shown).toEqual(shown.map((_, index) => (shown[0] ?? 0) + index));
  return shown;
}

async function chatReport(server: Server) {
  return (await server.reports()).chat;
}

test("the chat sends a prompt by POST and shows the answer as it arrives, to its end", async ({ page, server }) => {
  await page.goto("/");
  const { prompt, send, stop, answer, chatStatus } = partsOf(page);
  const request = page.waitForRequest("**/chat?*");
  await prompt.fill("Why “stream” an answer?");
  const lengths = await watchLengths(page);
  await send.click();
  expect((await request).method()).toBe("POST");
  expect((await request).postDataJSON()).toEqual({ prompt: "Why “stream” an answer?" });
  await expect(send).toBeDisabled();
  await expect(stop).toBeEnabled();

  await expect(chatStatus).toHaveText("Complete.", COMPLETE);
  await expect(answer).toContainText("You asked: Why “stream” an answer?");
  await expect(answer).toContainText(/the same answer with a list and some code\.$/);
  const seen = await lengths();
  expect(seen.length, "steps in which the answer grew").toBeGreaterThan(50);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  await expect(send).toBeEnabled();
  await server.saw("chat", { connected: 1, disconnected: 1 });
  expect((await chatReport(server)).lastDisconnect).toBeNull();
});

test("Stop aborts the answer, the server sees the abort, and the next prompt gets a whole answer", async ({
  page,
  server,
}) => {
  await page.goto("/");
  const { chat, send, stop, answer, chatStatus } = partsOf(page);
  await send.click();
  await expect(answer).toContainText("You asked");
  await stop.click();
  await expect(chatStatus).toHaveText("Stopped; the request was aborted.");
  await server.saw("chat", { connected: 1, disconnected: 1 });
  const { sent, of } = (await chatReport(server)).lastDisconnect ?? { sent: 0, of: 0 };
  expect(sent, "tokens until the server saw it").toBeGreaterThan(0);
  expect(sent).toBeLessThan(of);
  const stopped = await answer.textContent();

  await send.click();
  await expect(chatStatus).toHaveText("Complete.", COMPLETE);
  expect(await chat.locator(".answer").first().textContent()).toBe(stopped);
  await expect(answer).toContainText(/some code\.$/);
});

test("hiding the chat aborts its answer, and it can be shown again", async ({ page, server }) => {
  await page.goto("/");
  const { chat, send, answer, chatStatus } = partsOf(page);
  await send.click();
  await expect(answer).toContainText("You asked");
  await chat.getByRole("button", { name: "Hide" }).click();
  await expect(send).toHaveCount(0);
  await server.saw("chat", { connected: 1, disconnected: 1 });
  expect((await chatReport(server)).lastDisconnect).not.toBeNull();

  await chat.getByRole("button", { name: "Show" }).click();
  await send.click();
  await expect(chatStatus).toHaveText("Complete.", COMPLETE);
});

test("the feed shows its state and its numbers", async ({ page, server }) => {
  await page.goto("/");
  const { state, feedStatus, numbers } = partsOf(page);
  await expect(state).toHaveText("OPEN");
  await expect(feedStatus).toHaveText("Connected.");
  await expectNumbers(numbers, 4);
  expect(await expectNoGap(numbers)).toContain(1);
  await server.saw("resume", { connected: 1, disconnected: 0 });
});

test("hiding the feed closes its connection, and showing it opens another", async ({ page, server }) => {
  await page.goto("/");
  const { feed, state, numbers } = partsOf(page);
  await expect(state).toHaveText("OPEN");
  await feed.getByRole("button", { name: "Hide" }).click();
  await expect(numbers).toHaveCount(0);
  await server.saw("resume", { connected: 1, disconnected: 1 });
  await feed.getByRole("button", { name: "Show" }).click();
  await expectNumbers(numbers, 1);
  await server.saw("resume", { connected: 2, disconnected: 1 });
});

test.describe("a feed that is cut", () => {
  test.use({ expectedErrors: /net::ERR_INCOMPLETE_CHUNKED_ENCODING/ });

  test("shows the time of the next try, and loses nothing", async ({ page, server }) => {
    await page.goto("/");
    const { state, feedStatus, cut, numbers, replayed } = partsOf(page);
    await expectNumbers(numbers, 2);
    const request = page.waitForRequest("**/resume?*");
    await cut.click();
    await expect(state).toHaveText("CONNECTING");
    await expect(feedStatus).toHaveText("The connection was lost (network). Next try in 1.0 s.");
    const before = (await expectNoGap(numbers)).at(-1);
    expect((await request).headers()["last-event-id"]).toBe(String(before));

    await expect(state).toHaveText("OPEN");
    await expect(replayed).not.toHaveCount(0);
    await expectNumbers(numbers, 8);
    await expectNoGap(numbers);
    await server.saw("resume", { connected: 2, disconnected: 1 });
  });

  test("does not reconnect once it is hidden", async ({ page, server }) => {
    await page.goto("/");
    const { feed, state, cut, numbers } = partsOf(page);
    await expectNumbers(numbers, 1);
    await cut.click();
    await expect(state).toHaveText("CONNECTING");
    await feed.getByRole("button", { name: "Hide" }).click();
    await expect(state).toHaveCount(0);
    // Waits longer than the second after which the feed would reconnect.
    await page.waitForTimeout(2000);
    await server.saw("resume", { connected: 1, disconnected: 1 });
  });
});

test.describe("a full server", () => {
  test.use({ maxClients: 0, expectedErrors: /status of 503/ });

  test("is shown as a message", async ({ page }) => {
    await page.goto("/");
    const { send, chatStatus, state, feedStatus } = partsOf(page);
    await send.click();
    await expect(chatStatus).toHaveText("The server answered 503.");
    await expect(send).toBeEnabled();
    await expect(state).toHaveText("CLOSED");
    await expect(feedStatus).toHaveText("The server answered 503.");
  });
});
