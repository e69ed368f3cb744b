/** The event server of the test run. Without one, each test file starts its own. */
import { randomUUID } from "node:crypto";
import { after, afterEach } from "node:test";
import { createEventServer } from "../server/app.mjs";

const own = process.env.EVENT_SERVER ? undefined : createEventServer();
const base = process.env.EVENT_SERVER ?? (await own.listen({ host: "127.0.0.1", port: 0 }));
after(() => own?.close());

/** A URL of the server with a unique key, and the requests that the server saw with that key. */
export function route(path, query = {}) {
  const key = randomUUID();
  const url = new URL(path, base);
  url.search = new URLSearchParams({ ...query, key });
  const seen = async () => (await fetch(new URL(`/seen?key=${key}`, base))).json();
  return {
    url: url.href,
    seen,
    /** Waits until `isIt` is true for the requests that the server saw. */
    until: async (isIt) => {
      const deadline = Date.now() + 5000;
      for (;;) {
        const now = await seen();
        if (isIt(now)) return now;
        if (Date.now() > deadline) throw new Error(`the server saw only ${JSON.stringify(now)} in 5 s`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** Resolves with the next event of this type. */
export const next = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

export const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

const sources = new Set();

/** Closes a source after the test. */
export function opened(source) {
  sources.add(source);
  return source;
}

afterEach(() => {
  for (const source of sources) source.close();
  sources.clear();
});
