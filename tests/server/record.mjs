/** What the server saw, by the key that each test makes up for itself. */
export class Record {
  #byKey = new Map();

  /** `requests`, and how many streams are `open` and were `closed`. */
  of(key) {
    let seen = this.#byKey.get(key);
    if (!seen) {
      seen = { requests: [], open: 0, closed: 0 };
      this.#byKey.set(key, seen);
    }
    return seen;
  }

  request({ method, url, headers, body = null, query }) {
    // Headers come as Latin-1: each character is a byte.
    const id = headers["last-event-id"];
    const lastEventId = id === undefined ? null : Buffer.from(id, "latin1").toString("utf8");
    this.of(query.key).requests.push({ method, url, headers, body, lastEventId, time: Date.now() });
  }

  opened(key) {
    this.of(key).open += 1;
  }

  closed(key) {
    const seen = this.of(key);
    seen.open -= 1;
    seen.closed += 1;
  }
}
