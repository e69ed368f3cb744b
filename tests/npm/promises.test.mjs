/** Plays the table of `tests/promises/` against the npm package. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { EventSourceError, events, FetchEventSource, OpenEvent, SourceErrorEvent } from "eventsource-wasm";
import { pause, route } from "./server.mjs";

/** The time limit of each wait, in ms. */
const LIMIT = 15_000;

/** A port that `fetch` refuses. */
const NOWHERE = "http://127.0.0.1:9/";

/** The keys that a row may have. */
const WORDS = ["name", "options", "responses", "user", "shows", "transcript", "requests", "differs"];
const SAME = [
  "method",
  "headers",
  "body",
  "lastEventId",
  "retry",
  "connectTimeout",
  "idleTimeout",
  "eventTimeout",
  "maxEventSize",
  "maxErrorBody",
  "until",
  "failOn",
  "unfinished",
  "dedupe",
  "lastEventIdHeader",
];
const OPTIONS = [...SAME, "once", "headersPerRequest", "tokens", "retryAnswers", "untilEvent"];
const ACTIONS = ["close", "reconnect", "leave"];

const folder = new URL("../promises/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
assert.notEqual(files.length, 0);

for (const file of files) {
  describe(file, { concurrency: 4 }, () => {
    for (const row of JSON.parse(readFileSync(new URL(file, folder), "utf8"))) {
      test(row.name, () => play(row));
    }
  });
}

async function play(row) {
  check(row);
  const { name, options = {}, responses, shows = [] } = row;
  const { transcript = row.transcript, requests = row.requests } = row.differs?.javascript ?? {};
  const server =
    responses === "none" ? undefined : route("/responses", { responses: JSON.stringify(replies(responses)) });
  const performance = new Performance(row, server);
  const within = (promise, what) =>
    limited(
      promise,
      () => `"${name}" in JavaScript: no ${what} within ${LIMIT} ms, but ${JSON.stringify(performance.lines)}`,
    );
  try {
    await within(performance.run(options), "end");
    const seen =
      server &&
      (await within(
        server.until(({ open }) => open === 0),
        "end of all connections",
      ));
    // Gives late events and requests, which must not come, the time to come.
    await pause(30);
    assert.deepEqual(performance.lines, transcript);
    if (requests) {
      const had = seen ? (await server.seen()).requests : [];
      assert.deepEqual(
        had.map((request) => requestLine(request, shows)),
        requests,
      );
    }
  } finally {
    performance.close();
  }
}

/** One run of a row. */
class Performance {
  lines = [];
  #counts = {};
  #user;
  #shows;
  #server;
  #controller = new AbortController();
  #source;
  /** The error that closed the source. */
  #final;

  constructor({ user = {}, shows = [] }, server) {
    this.#user = user;
    this.#shows = shows;
    this.#server = server;
  }

  async run(options) {
    const url = this.#server?.url ?? NOWHERE;
    this.#watchRequests();
    if (options.once) await this.#read(url, this.#options(options));
    else await this.#listen(url, options);
    const { code, error } = await this.#source.closed;
    this.lines.push(`closed ${code}${idText(this.#source.lastEventId)}`);
    this.#expect("readyState", options.once ? undefined : FetchEventSource.CLOSED);
    if (error !== this.#final) this.lines.push("but the error event had another error");
  }

  close() {
    this.#source?.close();
  }

  async #read(url, options) {
    this.#source = events(url, options);
    this.#happened("start");
    try {
      for await (const event of this.#source) {
        this.#note("event", eventLine(event));
        if (this.#happened("event") === "leave") break;
      }
    } catch (error) {
      this.#note("error", this.#errorLine(error));
    }
  }

  async #listen(url, { tokens, ...options }) {
    const makeUrl = (context) => {
      this.lines.push(`makes url ${contextText(context)}`);
      return `${url}&token=${tokens.shift()}`;
    };
    const source = new FetchEventSource(tokens ? makeUrl : url, this.#options(options));
    this.#source = source;
    source.addEventListener("open", (event) => {
      assert(event instanceof OpenEvent);
      this.#note("open", `open ${event.response.status}`);
      this.#expect("readyState", FetchEventSource.OPEN);
      this.#act(this.#happened("open"));
    });
    source.onAny((event) => {
      this.#note("event", eventLine(event));
      this.#expect("readyState", FetchEventSource.OPEN);
      this.#expect("lastEventId", event.lastEventId);
      this.#act(this.#happened("event"));
      this.#expect("lastEventId", event.lastEventId);
    });
    source.addEventListener("error", (event) => {
      assert(event instanceof SourceErrorEvent);
      const { error } = event;
      this.#note("error", this.#errorLine(error));
      const { CONNECTING, CLOSED } = FetchEventSource;
      this.#expect("readyState", error.willReconnect ? CONNECTING : CLOSED);
      this.#act(this.#happened("error"));
    });
    this.#act(this.#happened("start"));
  }

  #options({ headersPerRequest, retryAnswers, untilEvent, once, ...options }) {
    const made = { ...options };
    if (!once) made.signal = this.#controller.signal;
    if (headersPerRequest) {
      const answers = [...headersPerRequest];
      made.headers = (context) => {
        this.lines.push(`makes headers ${contextText(context)}`);
        const answer = answers.shift();
        if (answer === "close") this.#source.close();
        return answer === "close" ? {} : answer;
      };
    }
    if (retryAnswers) {
      const answers = [...retryAnswers];
      made.retry = (context) => {
        this.lines.push(`asks ${askedText(context)}`);
        const answer = answers.shift();
        if (answer === "close") this.#source.close();
        return answer === "close" ? 10 : answer;
      };
    }
    if (untilEvent) {
      const { event, id } = untilEvent;
      made.until = ({ type, lastEventId }) => type === event || lastEventId === id;
    }
    return made;
  }

  #note(kind, line) {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    this.lines.push(line);
  }

  /** Does the user's action at this moment, if the row has one. */
  #happened(kind) {
    return this.#user[kind === "start" ? kind : `${kind} ${this.#counts[kind]}`];
  }

  /** Adds a line that no row has if an attribute of the source has not this value. */
  #expect(attribute, value) {
    const actual = this.#source[attribute];
    if (actual !== value) this.lines.push(`but ${attribute} is ${JSON.stringify(actual)}`);
  }

  #act(action) {
    const { CONNECTING, CLOSED } = FetchEventSource;
    const wasClosed = this.#source.readyState === CLOSED;
    if (action === "close") this.#source.close();
    if (action === "reconnect") this.#source.reconnect();
    if (action === "leave") this.#controller.abort();
    if (action) this.#expect("readyState", action === "reconnect" && !wasClosed ? CONNECTING : CLOSED);
  }

  async #watchRequests() {
    const moments = Object.entries(this.#user).filter(([moment]) => moment.startsWith("request "));
    for (const [moment, action] of moments) {
      const count = Number(moment.slice("request ".length));
      await this.#server.until(({ requests }) => requests.length >= count);
      if (this.#source instanceof FetchEventSource) this.#act(action);
      else if (action === "leave") this.#source.return();
      else this.#source.close();
    }
  }

  #errorLine(error) {
    assert(error instanceof EventSourceError);
    const { code, status, attempt, willReconnect, delay, bodyPrefix, unsentLastEventId, headers, cause } = error;
    const { event, unfinished } = error;
    if (!willReconnect) this.#final = error;
    const parts = [`error ${code}`];
    if (status !== undefined) parts.push(status);
    parts.push(`attempt=${attempt}`, willReconnect ? `reconnects=${delay}` : "closes");
    if (bodyPrefix !== undefined) parts.push(`body=${text(bodyPrefix)}`);
    if (event) parts.push(eventLine(event).replace(" ", "="));
    if (unfinished) parts.push(eventLine(unfinished).replace("event ", "unfinished="));
    if (unsentLastEventId !== undefined) parts.push(`unsent=${text(unsentLastEventId)}`);
    if (cause !== undefined) parts.push(`cause=${cause.name}`);
    return [...parts, ...shown((header) => headers?.get(header), this.#shows)].join(" ");
  }
}

function replies(responses) {
  return responses.map((response) => (typeof response === "string" ? { body: response } : response));
}

function eventLine({ type, data, lastEventId }) {
  return `event ${type} ${text(data)}${idText(lastEventId)}`;
}

function idText(id) {
  return id && ` id=${text(id)}`;
}

function requestLine({ method, lastEventId, body, url, headers }, shows) {
  const parts = [method];
  if (lastEventId !== null) parts.push(`id=${text(lastEventId)}`);
  if (body) parts.push(`body=${text(body)}`);
  const token = new URL(url, "http://host").searchParams.get("token");
  if (token !== null) parts.push(`token=${token}`);
  return [...parts, ...shown((header) => headers[header], shows)].join(" ");
}

function shown(get, headers) {
  const pairs = headers.map((header) => [header, get(header)]);
  return pairs.filter(([, value]) => value != null).map(([header, value]) => `${header}=${value}`);
}

function contextText({ attempt, reason, status, lastEventId }) {
  const parts = [`attempt=${attempt}`];
  if (reason !== undefined) parts.push(`reason=${reason}`);
  if (status !== undefined) parts.push(status);
  return parts.join(" ") + idText(lastEventId);
}

function askedText({ code, status, attempt, reconnectionTime, retryAfter }) {
  const parts = [code];
  if (status !== undefined) parts.push(status);
  parts.push(`attempt=${attempt}`, `reconnection-time=${reconnectionTime}`);
  if (retryAfter !== undefined) parts.push(`retry-after=${retryAfter}`);
  return parts.join(" ");
}

/** Shows readable text as it is, long text by its length, and other text as JSON. */
function text(value) {
  if (value.length > 100) return `<${value.length} characters>`;
  return /^[^\s"\\\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
}

/** Refuses unknown words in a row: nothing would check them. */
function check(row) {
  known(Object.keys(row), WORDS);
  known(Object.keys(row.options ?? {}), OPTIONS);
  known(Object.values(row.user ?? {}), ACTIONS);
  for (const moment of Object.keys(row.user ?? {})) assert.match(moment, /^(start|(open|event|error|request) [1-9])$/);
  for (const [language, difference] of Object.entries(row.differs ?? {})) {
    known([language], ["rust", "javascript"]);
    known(Object.keys(difference), ["why", "transcript", "requests"]);
    assert(difference.why, `"${row.name}" must say why ${language} differs`);
  }
}

function known(words, all) {
  const unknown = words.filter((word) => !all.includes(word));
  assert.deepEqual(unknown, [], "words that the runner does not know");
}

function limited(promise, describe) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(describe())), LIMIT);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
