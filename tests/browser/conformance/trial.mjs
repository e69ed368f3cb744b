/** The tools of one test: the class, servers, and the sources that it opened, which are closed after it. */

/**
 * @typedef {{ status?: number, headers?: Record<string, string | null>, body?: string, base64?: string, ends?: boolean }} Reply
 * @typedef {{ Source: any, own: string, other: string, seen: string, context: string }} Setting `own`, `other` and `seen`
 *   are origins: the page's, another, and one that tells what the other two saw, for which there is always a connection
 */

/** A test's name in the server's records. */
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

  /** A name for requests in the server's records. */
  key() {
    keys += 1;
    const key = `${realm}-${keys}`;
    this.#keys.push(key);
    return key;
  }

  /**
   * Closes the sources, and has the server end what is open of their streams. The next test needs the connections, of which
   * a browser has six to a host, and Firefox does not give back every one: it aborts a redirected fetch, and in a worker one
   * whose first chunk has not been read, without closing its connection until the next byte comes.
   */
  async close() {
    this.#isOver = true;
    for (const source of this.#sources) source.close();
    if (this.#keys.length === 0) return;
    const { ok, status } = await fetch(`${this.seen}/end?keys=${this.#keys}`, { method: "POST" });
    if (!ok) throw new Error(`the server answers ${status} to the end of a test`);
  }

  /**
   * A URL whose requests are answered in turn by these; text is the body of a stream that stays open.
   *
   * @param {Reply | string | (Reply | string)[]} replies @param {Record<string, string> & { origin?: string }} [options]
   */
  serve(replies, { origin = this.own, ...query } = {}) {
    const responses = [replies].flat().map((reply) => (typeof reply === "string" ? { body: reply } : reply));
    const key = this.key();
    return `${origin}/responses?${new URLSearchParams({ key, responses: JSON.stringify(responses), ...query })}`;
  }

  /** A source of one stream. */
  stream(body) {
    return this.open(this.serve(body));
  }

  /** The requests that the server got at a URL. */
  async record(url) {
    const response = await fetch(`${this.seen}/seen?key=${new URL(url).searchParams.get("key")}`);
    return response.json();
  }

  /** The requests that it had. */
  async requests(url) {
    return (await this.record(url)).requests;
  }

  /** Waits until the server has had so many. */
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

  /** The data of these. */
  async data(body) {
    return (await this.messages(body)).map(({ data }) => data);
  }
}

/** The next event of a type. @returns {Promise<any>} */
export function next(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

/** The first event of the source, `open` or `error`, with the state that the source is in then. */
export function outcome(source) {
  return new Promise((resolve) => {
    for (const type of ["open", "error"]) {
      source.addEventListener(type, () => resolve([type, source.readyState]), { once: true });
    }
  });
}

/** @param {number} time ms */
export const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** Text in which a character is a byte, as `base64` of a reply. */
export const bytes = (text) => ({ base64: btoa(text) });

/** Compares by structure. */
export function equal(actual, expected, what = "") {
  const [is, wanted] = [actual, expected].map(show);
  if (is !== wanted) throw new Error(`${what && `${what}: `}${is} instead of ${wanted}`);
}

export function check(condition, what) {
  if (!condition) throw new Error(what);
}

/** By the name of what is thrown, as `TypeError` of every realm is one. */
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
