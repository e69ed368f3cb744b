import type { Page } from "@playwright/test";
import { expect, expectState, often, rows, test } from "./fixtures.ts";

test.use({ expectedErrors: /net::ERR_|status of 503/ });

const received = async (page: Page) => Number(await page.locator("#resume-received").textContent());

async function start(page: Page): Promise<void> {
  await page.goto("/");
  await page.click("#resume-start");
  await expectState(page, "resume", "OPEN");
  await expect(page.locator("#resume-last-event-id")).toHaveText("none");
  await expect.poll(() => received(page), often).toBeGreaterThanOrEqual(3);
}

interface Break {
  /** The count of numbers that had arrived when the connection broke. */
  received: number;
  /** All that `#resume-delay` and `#resume-status` showed since. */
  delays: string[];
  statuses: string[];
}

/** Breaks the connection with one of the page's buttons and waits until it is open again. */
async function breakWith(page: Page, button: string): Promise<Break> {
  // The page records its own texts, because a text may be shown for less time than between two looks of the test.
  await page.evaluate(() => {
    const find = (id: string) => document.getElementById(`resume-${id}`) as HTMLElement;
    const seen: Break = { received: -1, delays: [], statuses: [] };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (find("state").dataset.state === "CONNECTING" && seen.received < 0) {
        seen.received = Number(find("received").textContent);
      }
      if (seen.received < 0) return;
      seen.delays.push(find("delay").textContent);
      seen.statuses.push(find("status").textContent);
    }).observe(find("state").closest("section") as HTMLElement, { attributes: true, childList: true, subtree: true });
  });
  await page.click(button);
  await expect(page.locator("#resume-log")).toContainText(/CONNECTING.*OPEN.*CONNECTING.*OPEN/s);
  await expectState(page, "resume", "OPEN");
  return page.evaluate(() => (window as unknown as { seen: Break }).seen);
}

/** Asserts that the page reconnected with the ID of its last number, and then got all numbers after it. */
async function expectNothingLost(page: Page, { received: before }: Break): Promise<void> {
  await expect(page.locator("#resume-last-event-id")).toHaveText(String(before));
  const atOpen = await received(page);
  await expect.poll(() => received(page), often).toBeGreaterThan(atOpen + 1);
  await expect(page.locator("#resume-check")).toHaveText("missing: 0, twice: 0");

  const numbers = await page.locator("#resume-strip [data-kind]").allTextContents();
  expect(numbers.map(Number)).toEqual(numbers.map((_, index) => index + 1));
  const replayed = page.locator('#resume-strip [data-kind="replayed"]').first();
  await expect(replayed).toHaveText(String(before + 1));
}

test("a connection that is cut within an event loses no number and repeats none", async ({ page, server }) => {
  await start(page);
  const seen = await breakWith(page, "#resume-cut");
  expect(seen.delays).toContain("1.0 s");
  expect(seen.statuses).toContain("The connection was lost. Trying again.");

  await expectNothingLost(page, seen);
  await expect(page.locator("#resume-delay")).toHaveText("–");
  expect(await rows(page.locator("#resume-log"))).toContain(
    `fault: The server stopped in the middle of number ${seen.received + 1} and destroyed the socket`,
  );
  expect(await rows(page.locator("#resume-log"))).toContain("network: The connection was lost. Next try in 1.0\u00a0s");
  await server.saw("resume", { connected: 2, disconnected: 1 });
});

test("a server that restarts loses no number and repeats none", async ({ page, server }) => {
  await start(page);
  await expectNothingLost(page, await breakWith(page, "#resume-restart"));
  const log = (await rows(page.locator("#resume-log"))).join("\n");
  expect(log).toMatch(/^ended: .* Next try in 1\.0\s*s$/m);
  expect(log).toMatch(/^network: .* Next try in \d\.\d\s*s$/m);
  await server.saw("resume", { connected: 2, disconnected: 1 });
});

test("after a 503 the page waits as long as Retry-After asks", async ({ page, server }) => {
  await start(page);
  const seen = await breakWith(page, "#resume-refuse");
  expect(seen.delays).toContain("2.0 s");
  expect(seen.statuses).toContain("The server answered 503. Busy, as you asked. Come back in 2 s. Trying again.");

  await expectNothingLost(page, seen);
  const log = (await rows(page.locator("#resume-log"))).join("\n");
  expect(log).toMatch(/^status: The server answered 503\. .* Next try in 2\.0\s*s$/m);
  expect(log.match(new RegExp(`^request: with Last-Event-ID: ${seen.received}$`, "gm"))).toHaveLength(2);
  await server.saw("resume", { connected: 2, disconnected: 1 });
});

test("Stop closes the stream, and the server sees it", async ({ page, server }) => {
  await start(page);
  await page.click("#resume-stop");
  await expectState(page, "resume", "CLOSED");
  await expect(page.locator("#resume-status")).toHaveText(/^Stopped after \d+ numbers\.$/);
  await server.saw("resume", { connected: 1, disconnected: 1 });
});

test("Stop during a wait makes no more requests", async ({ page, server }) => {
  await start(page);
  await page.evaluate(() => {
    const state = document.getElementById("resume-state") as HTMLElement;
    new MutationObserver((_, observer) => {
      observer.disconnect();
      document.getElementById("resume-stop")?.click();
    }).observe(state, { attributeFilter: ["data-state"] });
  });
  await page.click("#resume-cut");
  await expectState(page, "resume", "CLOSED");
  await expect(page.locator("#resume-delay")).toHaveText("–");
  expect((await rows(page.locator("#resume-log"))).join()).toMatch(/OPEN.*CONNECTING.*CLOSED/);

  // A new start is a new session. If the old session had reconnected too, the server would have seen three connections.
  await page.click("#resume-start");
  await expect.poll(() => received(page), often).toBeGreaterThanOrEqual(5);
  await server.saw("resume", { connected: 2, disconnected: 1 });
});

test("a fault without a connection is not reported as done", async ({ page }) => {
  await start(page);
  await page.click("#resume-restart");
  const log = page.locator("#resume-log");
  await expect(log).toContainText("The server ended the stream; it takes no connection for 2\u00a0s");
  await expectState(page, "resume", "CONNECTING");
  await page.click("#resume-cut");
  await expect(log).toContainText("There was no connection to cut");
  await page.click("#resume-refuse");
  await expect(log).toContainText("There was no stream to end; it answers the next request with 503");
  expect((await rows(log)).join("\n")).not.toContain("The server stopped");

  await expect(log).toContainText("The server cannot be reached. Is it running?");
  await expect(log).toContainText("The server answered 503.");
  await expectState(page, "resume", "OPEN");
  await expect(page.locator("#resume-check")).toHaveText("missing: 0, twice: 0");
});

for (const [width, columns] of [
  [1280, 15],
  [390, 10],
] as const) {
  test(`the strip is in order at ${width} px, and a full strip scrolls by a row`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    const upTo = (last: number) =>
      Array.from({ length: last }, (_, index) => index + 1)
        .map((number) => `event: number\nid: ${number}\ndata: {"number":${number},"replayed":false}\n\n`)
        .join("");
    let body = upTo(60);
    await page.route("**/resume?*", (route) => route.fulfill({ contentType: "text/event-stream", body }));
    await page.goto("/");
    const strip = page.locator("#resume-strip");
    const height = (await strip.boundingBox())?.height;
    const shown = async () => (await strip.locator("[data-kind]").allTextContents()).map(Number);
    const range = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index);

    await page.click("#resume-start");
    await expect.poll(shown, often).toEqual(range(1, 60));
    await page.click("#resume-stop");

    body = upTo(61);
    await page.click("#resume-start");
    await expect.poll(shown, often).toEqual(range(columns + 1, 61));
    await expect(strip.locator("[data-latest]")).toHaveText(["61"]);
    await expect(strip.locator("li")).toHaveCount(60);
    expect((await strip.boundingBox())?.height).toBe(height);
    await page.click("#resume-stop");
  });
}

test("the page shows missing and repeated numbers", async ({ page }) => {
  const numbers = [1, 2, 4, 4];
  const body = numbers.map((number) => `event: number\nid: ${number}\ndata: {"number":${number},"replayed":false}\n\n`);
  await page.route("**/resume?*", (route) => route.fulfill({ contentType: "text/event-stream", body: body.join("") }));
  await page.goto("/");
  await page.click("#resume-start");
  await expect(page.locator("#resume-check")).toHaveText("missing: 1, twice: 1");
  await expect(page.locator('#resume-strip [data-kind="missing"]')).toHaveText("3");
  await page.click("#resume-stop");
});

test.describe("a full server", () => {
  test.use({ maxClients: 0 });

  test("is a readable message, and is retried", async ({ page }) => {
    await page.goto("/");
    await page.click("#resume-start");
    await expect(page.locator("#resume-status")).toContainText("The resume scene is full: 0 clients at most.");
    await expectState(page, "resume", "CONNECTING");
    await expect(page.locator("#resume-log")).toContainText(/Next try in 5\.0\ss/);
  });
});
