/** The requests that the server got, by key. Each test uses a unique key. */
export class Record {
  #byKey = new Map();
  /** The open streams, by key. @type {Map<string, Set<import("node:http").ServerResponse>>} */
  #streams = new Map();

  /** The `requests` of a key, and the number of its `open` and `closed` streams. */
  of(key) {
    let seen = this.#byKey.get(key);
    if (!seen) {
      seen = { requests: [], open: 0, closed: 0 };
      this.#byKey.set(key, seen);
    }
    return seen;
  }

  request({ method, url, headers, body = null, query }) {
    // Node reads headers as Latin-1: each character is one byte.
    const id = headers["last-event-id"];
    const lastEventId = id === undefined ? null : Buffer.from(id, "latin1").toString("utf8");
    this.of(query.key).requests.push({ method, url, headers, body, lastEventId, time: Date.now() });
  }

  opened(key, stream) {
    this.of(key).open += 1;
    if (!this.#streams.has(key)) this.#streams.set(key, new Set());
    this.#streams.get(key)?.add(stream);
  }

  closed(key, stream) {
    const seen = this.of(key);
    seen.open -= 1;
    seen.closed += 1;
    this.#streams.get(key)?.delete(stream);
  }

  /** Breaks the streams of a key. */
  end(key) {
    for (const stream of this.#streams.get(key) ?? []) stream.destroy();
  }
}
