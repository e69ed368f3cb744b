/** The tools of one test: the class, servers, and the sources that it opened, which are closed after it. */

/**
 * @typedef {{ status?: number, headers?: Record<string, string | null>, body?: string, base64?: string, ends?: boolean }} Reply
 * @typedef {{ Source: any, own: string, other: string, seen: string, context: string }} Setting `own`, `other` and `seen`
 *   are origins: the page's, another, and a third for the records of the first two, to which a connection is always free
 */

/** The number of keys so far. A key is the name of requests in the server's records. */
let keys = 0;
const realm = Math.random().toString(36).slice(2);

export class Trial {
  #sources = [];
  #keys = [];
  #isOver = false;

  /** @param {Setting} setting */
  constructor({ Source, own, other, seen, context }) {
    this.Source = Source;
    this.own = own;
    this.other = other;
    this.seen = seen;
    this.context = context;
  }

  /** Opens a source. @param {unknown} url @param {unknown} [init] */
  open(url, init) {
    const source = init === undefined ? new this.Source(url) : new this.Source(url, init);
    this.#sources.push(source);
    return source;
  }

  /** A new name for requests in the server's records. */
  key() {
    keys += 1;
    const key = `${realm}-${keys}`;
    this.#keys.push(key);
    return key;
  }

  /**
   * Closes the sources, and makes the server end their open streams. The next test needs the connections: a browser has six
   * for a host. Firefox does not free each connection at an abort: after a redirect, and in a worker before the first chunk is
   * read, it keeps the connection until the next byte comes.
   */
  async close() {
    this.#isOver = true;
    for (const source of this.#sources) source.close();
    if (this.#keys.length === 0) return;
    const { ok, status } = await fetch(`${this.seen}/end?keys=${this.#keys}`, { method: "POST" });
    if (!ok) throw new Error(`the server answers ${status} to the end of a test`);
  }

  /**
   * A URL whose requests get these replies in turn. A text is the body of a stream that stays open.
   *
   * @param {Reply | string | (Reply | string)[]} replies @param {Record<string, string> & { origin?: string }} [options]
   */
  serve(replies, { origin = this.own, ...query } = {}) {
    const responses = [replies].flat().map((reply) => (typeof reply === "string" ? { body: reply } : reply));
    const key = this.key();
    return `${origin}/responses?${new URLSearchParams({ key, responses: JSON.stringify(responses), ...query })}`;
  }

  /** A source of a stream with this body. */
  stream(body) {
    return this.open(this.serve(body));
  }

  /** The server's record of a URL. */
  async record(url) {
    const response = await fetch(`${this.seen}/seen?key=${new URL(url).searchParams.get("key")}`);
    return response.json();
  }

  /** The requests that the server got at a URL. */
  async requests(url) {
    return (await this.record(url)).requests;
  }

  /** Waits until the server has had this many requests at a URL. */
  async untilRequests(url, count) {
    while (!this.#isOver) {
      const requests = await this.requests(url);
      if (requests.length >= count) return requests;
      await pause(50);
    }
    throw new Error(`the test ended before the server had ${count} requests`);
  }

  /** The messages of a stream up to the event `end`, which is appended to it. */
  messages(body, types = ["message"]) {
    return this.messagesOf(this.stream(`${body}event: end\ndata: end\n\n`), types);
  }

  messagesOf(source, types = ["message"]) {
    const messages = [];
    for (const type of types) {
      source.addEventListener(type, ({ type, data, lastEventId }) => messages.push({ type, data, lastEventId }));
    }
    return new Promise((resolve) => source.addEventListener("end", () => resolve(messages)));
  }

  /** The data of the messages of a stream. */
  async data(body) {
    return (await this.messages(body)).map(({ data }) => data);
  }
}

/** The next event of a type. @returns {Promise<any>} */
export function next(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

/** The first `open` or `error` event of the source, with its `readyState` at that time. */
export function outcome(source) {
  return new Promise((resolve) => {
    for (const type of ["open", "error"]) {
      source.addEventListener(type, () => resolve([type, source.readyState]), { once: true });
    }
  });
}

/** @param {number} time ms */
export const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** The `base64` of a reply for a text in which each character is one byte. */
export const bytes = (text) => ({ base64: btoa(text) });

/** Compares by structure. */
export function equal(actual, expected, what = "") {
  const [is, wanted] = [actual, expected].map(show);
  if (is !== wanted) throw new Error(`${what && `${what}: `}${is} instead of ${wanted}`);
}

export function check(condition, what) {
  if (!condition) throw new Error(what);
}

/** Asserts an exception by its name, as a `TypeError` may be of another realm. */
export function throws(name, action) {
  try {
    action();
  } catch (error) {
    equal(error.name, name, "thrown");
    return;
  }
  throw new Error(`nothing thrown instead of ${name}`);
}

const show = (value) => (value === undefined ? "undefined" : JSON.stringify(value));
