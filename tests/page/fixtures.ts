import type { AddressInfo } from "node:net";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { builtPage, createApp } from "../../www/server/app.js";

export { expect };

type Scene = "live" | "chat" | "progress" | "resume";

interface Report {
  clients: number;
  max: number;
  connected: number;
  disconnected: number;
}

/** The response to `GET /debug/clients`. */
interface Reports {
  live: Report;
  chat: Report & { lastDisconnect: { sent: number; of: number } | null };
  progress: Report & { ids: string[]; removeRequests: number };
  resume: Report & { sessions: number };
  total: { connected: number; disconnected: number };
}

export interface Server {
  readonly origin: string;
  reports(): Promise<Reports>;
  /** Waits until this many clients have connected to the scene, and this many have disconnected. */
  saw(scene: Scene, counts: { connected: number; disconnected: number }): Promise<void>;
}

export interface Options {
  /** The folder of the page, which the server serves. */
  root: string;
  /** The number of connections that each scene of the server accepts. */
  maxClients: number;
  /** The console messages of Chromium to expect in a test that breaks connections on purpose. */
  expectedErrors: RegExp | undefined;
  /** Origins of other servers that the page may connect to. */
  servers: string;
}

interface Fixtures {
  server: Server;
  /** Watches every page of the test. Errors, warnings and requests to other servers fail the test. */
  watch: undefined;
}

/** Options of `expect.poll`, which otherwise looks only once a second. */
export const often = { intervals: [50] };

/**
 * Each test has a server of its own. At the end of a test, the console must have nothing unexpected, no request may have gone
 * to another server, and the server must have no client once the pages are closed.
 */
export const test = base.extend<Options & Fixtures>({
  root: [builtPage, { option: true }],
  maxClients: [100, { option: true }],
  expectedErrors: [undefined, { option: true }],
  servers: ["", { option: true }],

  server: async ({ root, maxClients, servers }, use) => {
    const app = createApp({ root, maxClients, servers });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    const reports = async (): Promise<Reports> => (await fetch(`${origin}/debug/clients`)).json();
    await use({
      origin,
      reports,
      async saw(scene, counts) {
        await expect
          .poll(async () => {
            const { connected, disconnected } = (await reports())[scene];
            return { connected, disconnected };
          }, often)
          .toEqual(counts);
      },
    });
    await app.close();
  },

  baseURL: ({ server }, use) => use(server.origin),

  watch: [
    async ({ context, server, servers, expectedErrors }, use) => {
      const problems: string[] = [];
      context.on("console", (message) => {
        if (message.type() !== "error" && message.type() !== "warning") return;
        if (!expectedErrors?.test(message.text())) problems.push(message.text());
      });
      context.on("weberror", (error) => problems.push(String(error.error().stack)));
      context.on("request", (request) => {
        const url = request.url();
        const known = [server.origin, "data:", ...servers.split(" ").filter(Boolean)];
        if (!known.some((origin) => url.startsWith(origin))) problems.push(`request to ${url}`);
      });

      await use(undefined);

      await Promise.all(context.pages().map((page) => page.close()));
      expect(problems).toEqual([]);
      await expect
        .poll(
          async () => {
            const { total } = await server.reports();
            return total.connected - total.disconnected;
          },
          { message: "clients that the server did not see leave", ...often },
        )
        .toBe(0);
    },
    { auto: true },
  ],
});

/** Expects the `readyState` that a scene shows. */
export async function expectState(
  page: Page,
  scene: Scene | "tabs",
  state: "CONNECTING" | "OPEN" | "CLOSED",
): Promise<void> {
  await expect(page.locator(`#${scene}-state`)).toHaveAttribute("data-state", state);
}

/** The rows of a log as `kind: text`. */
export function rows(log: Locator): Promise<string[]> {
  return log
    .locator("li")
    .evaluateAll((items) => items.map((item) => `${item.dataset.kind}: ${item.lastElementChild?.textContent}`));
}
