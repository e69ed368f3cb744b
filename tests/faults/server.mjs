import { createServer } from "node:http";
import { CORS, Exchange } from "./exchange.mjs";

/**
 * A server with one fault, on a port of its own. It serves events that are numbered from 1 to `total`, and goes on behind
 * `Last-Event-ID`.
 *
 * @typedef {object} Fault
 * @property {string} name
 * @property {(exchange: Exchange) => unknown} serve answers the first `times` requests; later ones are answered well
 * @property {number} [times] default 3
 * @property {number} [total] default 12
 * @property {string} [suffix] of each event's data, behind its number; `repeat` times, default once
 * @property {number} [repeat]
 * @property {string} [idSuffix] of each event's ID, behind its number
 * @property {string} [lineEnd]
 * @property {string[]} [extra] lines in front of each event's
 * @property {boolean} [remembers] the server knows what it has sent, as no ID says it
 * @property {object} [client] options of the source; see `page.mjs`
 * @property {number} [least] requests that must come, or the fault was none; default `times` + 1
 * @property {number} [most] requests that may come
 * @property {string[]} [codes] what the client must report on the way
 * @property {Record<string, string>} [differs] by browsers that cannot cope with it, why; there it must go wrong
 * @property {(server: FaultServer) => string | undefined} [check] what was wrong, at the end
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
  /** When each request came, and what it sent as `Last-Event-ID`. @type {{ time: number, id: string | undefined }[]} */
  requests = [];
  /** Mistakes of the client. @type {string[]} */
  complaints = [];
  connections = 0;
  /** @type {Exchange[]} */
  exchanges = [];
  /** The number of the last event that was ever sent. */
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

  /** How many streams are open that the client should have left. */
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
    // Node reads headers as Latin-1: each character is a byte.
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
