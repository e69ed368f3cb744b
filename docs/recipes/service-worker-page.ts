/**
 * # One connection for all tabs: the page's side
 *
 * `listenTogether(url, onEvent)` hears a stream through the service worker of `service-worker.ts`, which must be registered:
 * `await navigator.serviceWorker.register("/service-worker.js")`. What it returns stops listening; with the last page that
 * does, the connection is closed.
 *
 * To change: `RENEWAL`, with the worker's `LEASE`.
 */
import type { ServerSentEvent } from "eventsource-wasm";

/** How often the page tells that it is still there (ms). */
const RENEWAL = 20_000;

export async function listenTogether(
  url: string,
  onEvent: (event: ServerSentEvent) => void,
  onError: (error: string) => void = console.error,
): Promise<() => void> {
  const { active: worker } = await navigator.serviceWorker.ready;
  const full = new URL(url, document.baseURI).href;
  let lastEventId = "";

  const hear = ({ data }: MessageEvent) => {
    if (data.url !== full) return;
    if (data.error !== undefined) onError(data.error);
    if (data.event === undefined) return;
    lastEventId = data.event.lastEventId;
    onEvent(data.event);
  };
  const renew = () => worker?.postMessage({ wish: "listen", url: full, lastEventId });
  const leave = () => worker?.postMessage({ wish: "leave", url: full });

  navigator.serviceWorker.addEventListener("message", hear);
  const timer = setInterval(renew, RENEWAL);
  // Also one that comes back from the back/forward cache.
  addEventListener("pageshow", renew);
  addEventListener("pagehide", leave);
  renew();

  return () => {
    clearInterval(timer);
    removeEventListener("pageshow", renew);
    removeEventListener("pagehide", leave);
    navigator.serviceWorker.removeEventListener("message", hear);
    leave();
  };
}
