import { createServer } from "node:http";
import { CORS, Exchange } from "./exchange.mjs";

/**
 * A server with one fault, on a port of its own. It serves events that are numbered from 1 to `total`, and resumes after
 * `Last-Event-ID`.
 *
 * @typedef {object} Fault
 * @property {string} name
 * @property {(exchange: Exchange) => unknown} serve answers the first `times` requests; later requests get correct answers
 * @property {number} [times] default 3
 * @property {number} [total] default 12
 * @property {string} [suffix] text after the number in the data of each event; `repeat` times, default once
 * @property {number} [repeat]
 * @property {string} [idSuffix] text after the number in the ID of each event
 * @property {string} [lineEnd]
 * @property {string[]} [extra] lines before the lines of each event
 * @property {boolean} [remembers] whether the server remembers the events that it sent, because no ID tells them
 * @property {object} [client] options of the source; see `page.mjs`
 * @property {number} [least] the least number of requests, without which the fault did not happen; default `times` + 1
 * @property {number} [most] the largest number of requests
 * @property {string[]} [codes] the error codes that the client must report
 * @property {Record<string, string>} [differs] the reason for each browser that cannot handle the fault; there it must fail
 * @property {(server: FaultServer) => string | undefined} [check] returns a mistake of the client, at the end
 */

const DEFAULTS = {
  times: 3,
  total: 12,
  suffix: " é☃🦀",
  repeat: 1,
  idSuffix: "",
  lineEnd: "\n",
  extra: [],
  remembers: false,
  client: {},
  most: Number.POSITIVE_INFINITY,
  codes: [],
};

export class FaultServer {
  /** The time and the `Last-Event-ID` of each request. @type {{ time: number, id: string | undefined }[]} */
  requests = [];
  /** Mistakes of the client. @type {string[]} */
  complaints = [];
  connections = 0;
  /** @type {Exchange[]} */
  exchanges = [];
  /** The number of the last event that was sent. */
  sent = 0;

  /** @param {Fault} fault */
  constructor(fault) {
    this.fault = { ...DEFAULTS, ...fault };
    this.fault.least ??= this.fault.times + 1;
    this.http = createServer({ noDelay: true }, (request, response) => this.#answer(request, response));
    this.http.on("connection", (socket) => {
      this.connections += 1;
      socket.on("error", () => {});
    });
  }

  async start(port = 0) {
    await new Promise((resolve) => this.http.listen(port, "127.0.0.1", () => resolve(undefined)));
    this.port = /** @type {import("node:net").AddressInfo} */ (this.http.address()).port;
  }

  stop() {
    this.http.close();
    this.http.closeAllConnections();
  }

  /** The number of open streams that the client should have closed. */
  get open() {
    return this.exchanges.filter(({ isOver }) => !isOver).length;
  }

  async #answer(request, response) {
    response.on("error", () => {});
    if (request.method === "OPTIONS") {
      response.writeHead(204, CORS).end();
      return;
    }
    const header = request.headers["last-event-id"];
    // Node reads headers as Latin-1: each character is one byte.
    const id = header === undefined ? undefined : Buffer.from(header, "latin1").toString("utf8");
    this.requests.push({ time: performance.now(), id });
    const exchange = new Exchange(this, request, response, this.#resumeAt(id));
    this.exchanges.push(exchange);
    try {
      if (exchange.index < this.fault.times) await this.fault.serve(exchange);
      else exchange.well();
    } catch (error) {
      this.complaints.push(`the fault server: ${error.stack}`);
    }
    this.sent = Math.max(this.sent, exchange.sent);
  }

  #resumeAt(id) {
    if (this.fault.remembers) return this.sent;
    if (id === undefined) return 0;
    const number = Number.parseInt(id, 10);
    if (id !== `${number}${this.fault.idSuffix}` || number > this.fault.total) {
      this.complaints.push(`Last-Event-ID: ${JSON.stringify(id)}, which no event had`);
    }
    return number;
  }
}
