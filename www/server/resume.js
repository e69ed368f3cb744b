// @ts-check
import { Clients, SceneFull } from "./clients.js";
import { openStream } from "./stream.js";

/** ms between two numbers. */
const PACE = 300;
const RETRY = 1000;
/** ms during which the "restarting" server accepts no connection. */
const RESTART_TIME = 2000;
const RETRY_AFTER_SECONDS = 2;
/** ms after which an unused session is deleted. */
const SESSION_LIFETIME = 10 * 60_000;

const withSession = {
  querystring: {
    type: "object",
    required: ["session"],
    properties: { session: { type: "string", pattern: "^[A-Za-z0-9-]{8,64}$" } },
  },
};

/**
 * @typedef {object} Session
 * @property {number} startedAt  number n is due at startedAt + n * PACE, also without a connection
 * @property {number} usedAt
 * @property {number} downUntil  connections before this time are destroyed
 * @property {boolean} refuseNext  answer the next request with 503
 * @property {Set<Control>} streams
 *
 * @typedef {{ cut: () => number, end: () => void }} Control  both remove the stream from its session at once
 */

/**
 * Scenes 4 and 5: numbers that continue while the connection is down, and a server that fails on demand.
 *
 * @param {import("fastify").FastifyInstance} app
 * @param {{ max: number }} limits
 */
export function resume(app, { max }) {
  const clients = new Clients("resume", max);
  /** @type {Map<string, Session>} */
  const sessions = new Map();

  /**
   * @param {string} id
   * @param {number} lastNumber  the client's last number, from which a deleted session continues
   */
  function sessionOf(id, lastNumber) {
    const now = Date.now();
    for (const [other, { streams, usedAt }] of sessions) {
      if (streams.size === 0 && now - usedAt > SESSION_LIFETIME) sessions.delete(other);
    }
    let session = sessions.get(id);
    if (!session) {
      if (sessions.size >= max) throw new SceneFull("resume", max);
      const startedAt = now - lastNumber * PACE;
      session = { startedAt, usedAt: now, downUntil: 0, refuseNext: false, streams: new Set() };
      sessions.set(id, session);
    }
    session.usedAt = now;
    return session;
  }

  app.get("/resume", { schema: withSession }, async (request, reply) => {
    const lastEventId = String(request.headers["last-event-id"] ?? "");
    const lastNumber = /^\d{1,9}$/.test(lastEventId) ? Number(lastEventId) : 0;
    const session = sessionOf(/** @type {{ session: string }} */ (request.query).session, lastNumber);
    // The page shows the received Last-Event-ID.
    const headers = { "x-last-event-id": encodeURIComponent(lastEventId) };

    if (Date.now() < session.downUntil) {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    if (session.refuseNext) {
      session.refuseNext = false;
      return reply
        .code(503)
        .headers({ ...headers, "retry-after": RETRY_AFTER_SECONDS })
        .send({ statusCode: 503, error: "Service Unavailable", message: "Busy, as you asked. Come back in 2 s." });
    }

    const stream = await openStream(clients, request, reply, headers);
    stream.send({ retry: RETRY });

    /** The latest number that is due by now. */
    const due = () => Math.floor((Date.now() - session.startedAt) / PACE);
    let number = lastNumber;
    const sendDue = (/** @type {boolean} */ replayed) => {
      while (number < due()) {
        number += 1;
        // The scene Tabs shows the number of connections.
        const connections = session.streams.size;
        stream.send({ event: "number", id: String(number), data: { number, replayed, connections } });
      }
    };
    const ticker = setInterval(sendDue, PACE, false);

    const leave = () => {
      clearInterval(ticker);
      session.streams.delete(control);
    };
    /** @type {Control} */
    const control = {
      cut() {
        leave();
        const half = `event: number\nid: ${number + 1}\ndata: {"number":`;
        stream.breakOff(half);
        return number + 1;
      },
      end() {
        leave();
        stream.end();
      },
    };
    session.streams.add(control);
    sendDue(true);
    stream.whenGone(() => {
      leave();
      session.usedAt = Date.now();
    });
  });

  /**
   * Registers the route of a fault button. It acts on the streams of one session and responds with the effect.
   *
   * @param {string} path
   * @param {(session: Session) => unknown} act
   */
  function control(path, act) {
    app.post(path, { schema: withSession }, async (request, reply) => {
      const session = sessions.get(/** @type {{ session: string }} */ (request.query).session);
      if (!session) {
        return reply
          .code(404)
          .send({ statusCode: 404, error: "Not Found", message: "The server has no such session: start again." });
      }
      return act(session);
    });
  }

  control("/resume/cut", (session) => ({ cutInEvent: [...session.streams].map((stream) => stream.cut()) }));

  control("/resume/restart", (session) => {
    session.downUntil = Date.now() + RESTART_TIME;
    return { ended: endAll(session), downFor: RESTART_TIME };
  });

  control("/resume/refuse", (session) => {
    session.refuseNext = true;
    return { ended: endAll(session), retryAfter: RETRY_AFTER_SECONDS };
  });

  return { report: () => ({ ...clients.report(), sessions: sessions.size }) };
}

/**
 * Ends the streams of a session and returns their number.
 *
 * @param {Session} session
 */
function endAll({ streams }) {
  const count = streams.size;
  for (const stream of streams) stream.end();
  return count;
}
