/**
 * # One connection for all tabs: a service worker
 *
 * The worker holds one connection per URL, however many tabs listen, and posts its events to them. Browsers end a
 * worker that has nothing to do, so it is the pages that keep it: each renews its lease, and says which event it saw last.
 * A worker that was ended meanwhile resumes from there. A page that is gone without a word loses its lease, and with the last
 * page the connection is closed.
 *
 * To change: `headers`, if the stream wants a token. The page's side is `service-worker-page.ts`. Build this file to a
 * script of its own at the root of the site, such as `/service-worker.js`.
 */
import { FetchEventSource } from "eventsource-wasm";

declare const self: ServiceWorkerGlobalScope;

/** How long a page is taken to be there after it was heard (ms). Pages renew it three times as often. */
const LEASE = 60_000;

/** What pages post. */
type Wish = { wish: "listen"; url: string; lastEventId: string } | { wish: "leave"; url: string };

interface Shared {
  source: FetchEventSource;
  /** The pages that listen, with the time at which each one's lease ends. */
  readonly leases: Map<string, { page: Client; ends: number }>;
}

const shared = new Map<string, Shared>();

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const page = event.source as Client | null;
  const wish = event.data as Wish;
  if (!page) return;
  if (wish.wish === "leave") leave(wish.url, page.id);
  // What this returns keeps the worker alive.
  if (wish.wish === "listen") event.waitUntil(listen(page, wish.url, wish.lastEventId));
});

async function listen(page: Client, url: string, lastEventId: string): Promise<void> {
  const one = shared.get(url) ?? open(url, lastEventId);
  one.leases.set(page.id, { page, ends: Date.now() + LEASE });
  await Promise.race([one.source.closed, new Promise((resolve) => setTimeout(resolve, LEASE))]);
  const lease = one.leases.get(page.id);
  if (lease && lease.ends <= Date.now()) leave(url, page.id);
}

function leave(url: string, page: string): void {
  const one = shared.get(url);
  one?.leases.delete(page);
  if (one?.leases.size === 0) one.source.close();
}

function open(url: string, lastEventId: string): Shared {
  const source = new FetchEventSource(url, { lastEventId, retry: { jitter: true } });
  const one: Shared = { source, leases: new Map() };
  shared.set(url, one);
  void relay(url, one);
  return one;
}

async function relay(url: string, { source, leases }: Shared): Promise<void> {
  const post = (message: object) => {
    for (const { page } of leases.values()) page.postMessage({ url, ...message });
  };
  try {
    for await (const event of source) post({ event });
  } catch (error) {
    post({ error: String(error) });
  } finally {
    if (shared.get(url)?.source === source) shared.delete(url);
  }
}
