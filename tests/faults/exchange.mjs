/** The time, in ms, in which written bytes arrive before the connection is broken. */
const ARRIVAL = 30;

export const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "*",
  "Access-Control-Allow-Headers": "Last-Event-ID, Authorization, Content-Type",
  "Access-Control-Expose-Headers": "*",
};

export const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** A request, and ways to answer it: byte by byte on `socket`, or by HTTP through `response`. */
export class Exchange {
  /** @param {import("./server.mjs").FaultServer} server */
  constructor(server, request, response, from) {
    this.server = server;
    this.fault = server.fault;
    this.request = request;
    this.response = response;
    this.socket = request.socket;
    /** The index of the request among the requests of this fault, from 0. */
    this.index = server.requests.length - 1;
    /** The number of the last event that the client has. */
    this.sent = from;
  }

  get isGone() {
    return this.socket.destroyed;
  }

  /** Whether the exchange is over. A socket that is not read emits no `end`. */
  get isOver() {
    return this.isGone || this.response.writableFinished || this.socket.isPaused();
  }

  /** The text of the next `count` events, or of all events that are left. */
  next(count = Number.POSITIVE_INFINITY) {
    const parts = [];
    for (; count > 0 && this.sent < this.fault.total; count--) parts.push(this.event(++this.sent));
    return parts.join("");
  }

  event(number) {
    const { suffix, repeat, idSuffix, lineEnd, extra } = this.fault;
    const data = (number + suffix.repeat(repeat)).split("\n").map((line) => `data: ${line}`);
    return [...extra, `id: ${number}${idSuffix}`, ...data, "", ""].join(lineEnd);
  }

  /** The head of a response whose body ends with the connection, unless `headers` says otherwise. */
  head({ status = "200 OK", headers = {}, version = "1.1" } = {}) {
    const all = { ...CORS, "Content-Type": "text/event-stream", Connection: "close", ...headers };
    const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
    return [`HTTP/${version} ${status}`, ...lines, "", ""].join("\r\n");
  }

  /** Writes to the socket. Resolves once the system has accepted the bytes. @param {string | Uint8Array} bytes */
  send(bytes) {
    if (this.isGone || bytes.length === 0) return undefined;
    return new Promise((resolve) => this.socket.write(bytes, () => resolve(undefined)));
  }

  async fin() {
    await pause(ARRIVAL);
    this.socket.end();
  }

  async reset() {
    await pause(ARRIVAL);
    if (!this.isGone) this.socket.resetAndDestroy();
  }

  /** Begins a response by HTTP. */
  begin(headers = {}, status = 200) {
    this.response.writeHead(status, { ...CORS, "Content-Type": "text/event-stream", ...headers });
    this.response.flushHeaders();
    return this.response;
  }

  /** Answers correctly: sends all events that are left, and keeps the stream open. */
  well() {
    this.begin().write(this.next());
  }

  /** Refuses the request. The body looks like an event. */
  refuse(status, headers = {}) {
    this.begin(headers, status).end([204, 304].includes(status) ? undefined : POISON);
  }

  /** Notes a mistake of the client if the condition is false. */
  demand(isTrue, what) {
    if (!isTrue) this.server.complaints.push(what);
  }
}

/** Bytes that a client must not read. */
export const POISON = "id: 999\ndata: 999 of a response that is no event stream\n\n";

/** A chunk of HTTP's chunked encoding. */
export const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
