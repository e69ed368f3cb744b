import type { Page } from "@playwright/test";
import { expect, expectState, test } from "./fixtures.ts";

async function startEverything(page: Page): Promise<void> {
  await page.click("#live-connect");
  await page.click("#progress-start");
  await page.click("#resume-start");
  await page.click("#chat-send");
}

/** Expects that every stream has delivered something. */
async function expectStreams(page: Page): Promise<void> {
  await expect(page.locator('#live-log [data-kind="customEvent"]').first()).toBeVisible();
  await expect(page.locator("#chat-log .answer ol")).toBeVisible();
  await expect(page.locator("#progress-percent")).toHaveText("100%");
  await expect(page.locator('#resume-strip [data-kind="live"]').first()).toBeVisible();
}

test("the head of the page names it, describes it and brings its icon", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveTitle("eventsource-wasm: Server-Sent Events to the letter");
  await expect(page.locator('meta[name="description"]')).toHaveAttribute("content", /\w{3}/);
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute("href", /^data:image\/svg\+xml,/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await expect(page.getByRole("region")).toHaveCount(6);
});

test("all of the page is in a landmark", async ({ page }) => {
  await page.goto("/");
  const outside = page.locator("body > :not(header, nav, main, footer, script, section[aria-labelledby], a.skip)");
  await expect(outside).toHaveCount(0);
});

test("the code of each scene is on the page", async ({ page }) => {
  await page.goto("/");
  const snippets = page.locator("figure.code pre");
  await expect(snippets).toHaveCount(5);
  for (const text of await snippets.allTextContents()) expect(text).toMatch(/from "eventsource-wasm(\/shared)?"/);
});

test("leaving the page closes everything that was opened", async ({ page, server }) => {
  await page.goto("/");
  await startEverything(page);
  for (const scene of ["live", "progress", "resume"] as const) await expectState(page, scene, "OPEN");
  await expect(page.locator("#chat-log .answer")).not.toBeEmpty();
  await page.goto("about:blank");
  for (const scene of ["live", "chat", "progress", "resume"] as const) {
    await server.saw(scene, { connected: 1, disconnected: 1 });
  }

  await page.goBack();
  await expectState(page, "live", "CLOSED");
  await page.click("#live-connect");
  await expectState(page, "live", "OPEN");
});

test("no element moves while the streams run", expectNothingMoves);

async function expectNothingMoves({ page }: { page: Page }): Promise<void> {
  await page.goto("/");
  const boxes = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll("main section, main .stage > *, main .facts > *"), (element) => {
        const { top, height } = element.getBoundingClientRect();
        return `${element.id || element.className || element.tagName} ${top + scrollY} ${height}`;
      }),
    );
  await page.fill("#chat-prompt", "a prompt that is long enough to need several lines ".repeat(8));
  const before = await boxes();
  await startEverything(page);
  await expectStreams(page);
  expect(await boxes()).toEqual(before);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme} scheme`, () => {
    test.use({ colorScheme });

    test("all text has the contrast of WCAG AA", async ({ page }) => {
      await page.goto("/");
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(paper).toBe(colorScheme === "light" ? "rgb(250, 248, 244)" : "rgb(22, 23, 27)");
      expect(await page.evaluate(findLowContrast)).toEqual([]);
      await startEverything(page);
      await expectStreams(page);
      expect(await page.evaluate(findLowContrast)).toEqual([]);
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

  // WCAG 1.4.10 (Reflow) requires 320 px.
  for (const width of [320, 344, 390]) {
    test(`nothing scrolls sideways at ${width} px, before the streams and while they run`, async ({ page }) => {
      await page.setViewportSize({ width, height: 844 });
      const widths = () =>
        page.evaluate(() => ({
          page: document.documentElement.scrollWidth,
          screen: document.documentElement.clientWidth,
        }));
      await page.goto("/");
      expect(await widths()).toEqual({ page: width, screen: width });
      await startEverything(page);
      await expectStreams(page);
      expect(await widths()).toEqual({ page: width, screen: width });
    });
  }

  test("no element moves while the streams run", expectNothingMoves);

  test("buttons are large enough for a finger", async ({ page }) => {
    await page.goto("/");
    for (const button of await page.locator("main button").all()) {
      expect((await button.boundingBox())?.height, (await button.textContent()) ?? "").toBeGreaterThanOrEqual(44);
    }
  });
});

test("nothing is animated with prefers-reduced-motion", async ({ page }) => {
  await page.goto("/");
  await page.click("#resume-start");
  await expectState(page, "resume", "OPEN");
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

test("every control and pane has a name", async ({ page }) => {
  await page.goto("/");
  for (const control of await page.locator("button, textarea, input, progress, pre[tabindex], [tabindex='0']").all()) {
    await expect(control).toHaveAccessibleName(/\w/);
  }
});

/** The texts with too little contrast to their background. Runs in the page. */
function findLowContrast(): string[] {
  const parse = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = parse(color).map((value) => {
      const channel = value / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): string => {
    for (; element; element = element.parentElement) {
      const { backgroundColor } = getComputedStyle(element);
      if ((parse(backgroundColor)[3] ?? 1) === 1) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };

  const low: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent?.trim();
    if (!element || !text || !element.checkVisibility()) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) low.push(`${text}: ${contrast.toFixed(2)}`);
  }
  return low;
}
