import type { Page } from "@playwright/test";
import { expect, expectState, often, test } from "./fixtures.ts";

const received = async (page: Page) => Number(await page.locator("#tabs-received").textContent());

async function expectNumbers(page: Page): Promise<void> {
  const before = await received(page);
  await expect.poll(() => received(page), often).toBeGreaterThan(before + 1);
  await expect(page.locator("#tabs-check")).toHaveText("missing: 0, twice: 0");
}

test("tabs share a connection, and another tab leads after the leading tab leaves", async ({ page, context }) => {
  await page.goto("/");
  await page.click("#tabs-join");
  await expectState(page, "tabs", "OPEN");
  await expect(page.locator("#tabs-role")).toHaveText("leading");
  await expectNumbers(page);

  const opened = context.waitForEvent("page");
  await page.click("#tabs a");
  const other = await opened;
  await expect(other.locator("#tabs-role")).toHaveText("following");
  await expectNumbers(other);
  await expect(other.locator("#tabs-connections")).toHaveText("1");

  await page.click("#tabs-leave");
  await expect(other.locator("#tabs-role")).toHaveText("leading");
  await expectNumbers(other);
  await page.click("#tabs-join");
  await expect(page.locator("#tabs-role")).toHaveText("following");
  await other.close();
  await expect(page.locator("#tabs-role")).toHaveText("leading");
  await expectNumbers(page);
  await expect(page.locator("#tabs-connections")).toHaveText("1");
});
