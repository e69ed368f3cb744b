/** The ways in which connections end. Each resolves once the connection has ended for the client. */
import { EventSourceError, events, FetchEventSource } from "eventsource-wasm";

/** A stream of one event that stays open. */
const OPEN = "/body?body=data:%201%0A%0A";
const SOON = { initialDelay: 1, factor: 1 };

/** A signal that lives as long as the page, as in an application. Ended sources must leave no listener on it. */
const { signal: lasting } = new AbortController();

/** @type {Record<string, { connections: number, run: () => Promise<unknown> }>} */
export const WAYS = {
  "close()": {
    connections: 1,
    async run() {
      const source = new FetchEventSource(OPEN, { signal: lasting });
      await heard(source);
      source.close();
      await ended(source, "closed");
    },
  },

  "close() before the response": {
    connections: 1,
    async run() {
      const source = new FetchEventSource("/hang", { connectTimeout: 60_000, idleTimeout: 60_000 });
      await pause(20);
      source.close();
      await ended(source, "closed");
    },
  },

  "an abort": {
    connections: 1,
    async run() {
      const controller = new AbortController();
      const source = new FetchEventSource(OPEN, {
        signal: controller.signal,
        headers: async () => ({ "x-soak": "1" }),
      });
      await heard(source);
      controller.abort();
      await ended(source, "aborted");
    },
  },

  "an abort of events()": {
    connections: 1,
    async run() {
      const controller = new AbortController();
      const stream = events(new Request(OPEN), { signal: AbortSignal.any([controller.signal, lasting]) });
      await stream.next();
      const next = stream.next();
      controller.abort("enough");
      const thrown = await next.catch((reason) => reason);
      if (thrown !== "enough") throw new Error(`the loop was given ${thrown}`);
      await ended(stream, "aborted");
    },
  },

  "break out of events()": {
    connections: 1,
    async run() {
      const stream = events("/numbers", { method: "POST", body: "{}", signal: lasting });
      for await (const _ of stream) break;
      await ended(stream, "closed");
    },
  },

  "break out of a source": {
    connections: 1,
    async run() {
      const source = new FetchEventSource(OPEN, { idleTimeout: 60_000 });
      for await (const _ of source) break;
      await ended(source, "closed");
    },
  },

  "break out of a body": {
    connections: 1,
    async run() {
      const { body } = await fetch(OPEN);
      const stream = events(body);
      for await (const _ of stream) break;
      await ended(stream, "closed");
    },
  },

  "the server's end, with reconnects": {
    connections: 3,
    async run() {
      const source = new FetchEventSource("/numbers?end=2&total=6", { retry: SOON });
      await numbers(source, 6);
    },
  },

  "the server's end of events()": {
    connections: 1,
    async run() {
      const stream = events("/body?end&body=data:%201%0A%0A");
      for await (const _ of stream);
      await ended(stream, "complete");
    },
  },

  "a broken connection, with a reconnect": {
    connections: 2,
    async run() {
      const source = new FetchEventSource("/numbers?cut=2&total=4", { retry: SOON });
      await numbers(source, 4);
    },
  },

  "reconnect()": {
    connections: 2,
    async run() {
      const source = new FetchEventSource(OPEN);
      await heard(source);
      source.reconnect();
      await heard(source);
      source.close();
      await ended(source, "closed");
    },
  },

  "no response in time": {
    connections: 1,
    async run() {
      await ended(new FetchEventSource("/hang", { connectTimeout: 20, retry: () => "stop" }), "connect-timeout");
    },
  },

  "silence for too long": {
    connections: 1,
    async run() {
      await ended(new FetchEventSource(OPEN, { idleTimeout: 40, retry: () => "stop" }), "idle-timeout");
    },
  },

  "a refused status": { connections: 1, run: () => refused("/answer?status=404&type=text/plain&body=no", "status") },
  "no content": { connections: 1, run: () => refused("/answer?status=204", "no-content") },
  "a refused type": { connections: 1, run: () => refused("/answer?type=text/plain&body=no", "content-type") },
  "a refused body without end": { connections: 1, run: () => refused("/endless", "content-type") },

  "a refused request of events()": {
    connections: 1,
    async run() {
      try {
        await events("/answer?status=500&body=no", { signal: lasting }).next();
      } catch (error) {
        if (error instanceof EventSourceError && error.code === "status") return;
        throw error;
      }
      throw new Error("a refused request was none");
    },
  },
};

/**
 * Makes sources without a reference, which are not read. Only the garbage collector ends them. They have no lasting signal,
 * which would hold a reference to them.
 */
export function abandon() {
  for (let left = 20; left > 0; left -= 1) events(OPEN);
}

async function refused(url, code) {
  await ended(new FetchEventSource(url, { signal: lasting }), code);
}

/** @param {FetchEventSource} source */
async function numbers(source, last) {
  let next = 1;
  source.on("message", (data) => {
    if (Number(data) !== next) throw new Error(`number ${data} in place of ${next}`);
    next += 1;
  });
  await heard(source, "done");
  if (next !== last + 1) throw new Error(`${next - 1} numbers of ${last}`);
  source.close();
  await ended(source, "closed");
}

const heard = (source, type = "message") =>
  new Promise((resolve) => source.addEventListener(type, resolve, { once: true }));

async function ended(source, expected) {
  const { code } = await source.closed;
  if (code !== expected) throw new Error(`ended by '${code}', not '${expected}'`);
}

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
