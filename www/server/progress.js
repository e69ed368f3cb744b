// @ts-check
import { Clients } from "./clients.js";
import { openStream } from "./stream.js";

const STEPS = 50;
const STEP_TIME = 40;

const withId = {
  querystring: {
    type: "object",
    required: ["id"],
    properties: { id: { type: "string", pattern: "^[A-Za-z0-9-]{8,64}$" } },
  },
};

/** @typedef {{ stream: import("./stream.js").EventStream, job: NodeJS.Timeout | undefined }} Client */

/**
 * Scene 3: a job whose progress goes only to the client that started the job. A map finds the client by its id.
 *
 * @param {import("fastify").FastifyInstance} app
 * @param {{ max: number }} limits
 */
export function progress(app, { max }) {
  const clients = new Clients("progress", max);
  /** @type {Map<string, Client>} */
  const byId = new Map();
  let removeRequests = 0;

  /** @param {import("fastify").FastifyRequest} request */
  const idOf = (request) => /** @type {{ id: string }} */ (request.query).id;

  /**
   * @param {string} id
   * @param {Client} client
   */
  function remove(id, client) {
    clearInterval(client.job);
    client.job = undefined;
    // A newer connection may use the id by now.
    if (byId.get(id) !== client) return;
    byId.delete(id);
    tellCount();
  }

  /**
   * Sends the number of clients to all clients.
   *
   * @param {Client} [except]  the client that already has the number
   */
  function tellCount(except) {
    for (const client of byId.values()) {
      if (client !== except) client.stream.send({ event: "clients", data: { clients: byId.size, max } });
    }
  }

  app.get("/event/push", { schema: withId }, async (request, reply) => {
    const id = idOf(request);
    const stream = await openStream(clients, request, reply);
    // A client may reconnect before the server detects that its old connection is lost.
    const older = byId.get(id);
    older?.stream.end();
    /** @type {Client} */
    const client = { stream, job: undefined };
    byId.set(id, client);
    stream.whenGone(() => remove(id, client));

    stream.send({ event: "joined", retry: 1000, data: { id, clients: byId.size, max } });
    if (!older) tellCount(client);
  });

  app.post("/event/progress", { schema: withId }, async (request, reply) => {
    const client = byId.get(idOf(request));
    if (!client) {
      return reply
        .code(404)
        .send({ statusCode: 404, error: "Not Found", message: "No client has this id: join first." });
    }
    if (client.job) {
      return reply.code(409).send({ statusCode: 409, error: "Conflict", message: "This client's job still runs." });
    }

    let count = 0;
    client.job = setInterval(() => {
      count += 1;
      client.stream.send({ event: "update", data: { count, total: STEPS } });
      if (count < STEPS) return;
      clearInterval(client.job);
      client.job = undefined;
    }, STEP_TIME);
    return reply.code(202).send({ total: STEPS });
  });

  app.post("/event/remove", { schema: withId }, async (request, reply) => {
    const id = idOf(request);
    const client = byId.get(id);
    removeRequests += 1;
    if (client) {
      remove(id, client);
      client.stream.end();
    }
    return reply.code(204).send();
  });

  return { report: () => ({ ...clients.report(), ids: [...byId.keys()], removeRequests }) };
}
