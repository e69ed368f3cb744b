// @ts-check
import { Clients } from "./clients.js";
import { openStream } from "./stream.js";

const TICK = 1000;
const RETRY = 30_000;
const ARTICLE = [
  "One event, several lines.",
  "Each line was a data field;",
  "the parser joined the lines with line feeds.",
].join("\n");

/**
 * Scene 1: a clock event each second, with all other kinds of events in between.
 *
 * @param {import("fastify").FastifyInstance} app
 * @param {{ max: number }} limits
 */
export function live(app, { max }) {
  const clients = new Clients("live", max);

  app.get("/events/live", async (request, reply) => {
    const stream = await openStream(clients, request, reply);
    stream.send({ event: "welcome", retry: RETRY, data: { clients: clients.size, retry: RETRY } });

    let id = Number.parseInt(String(request.headers["last-event-id"]), 10) || 0;
    let second = 0;
    const ticker = setInterval(() => {
      id += 1;
      second += 1;
      stream.send({ event: "customEvent", id: String(id), data: { id, time: now() } });
      if (second % 4 === 2) stream.send({ data: `A message without a name, ${second} seconds in` });
      if (second % 6 === 3) stream.send({ event: "article", data: ARTICLE });
      if (second % 5 === 0) stream.send({ comment: "heartbeat" });
    }, TICK);
    stream.whenGone(() => clearInterval(ticker));
  });

  return { report: () => clients.report() };
}

/** The time to the second, such as `2026-07-30T12:00:07Z`. */
function now() {
  return new Date().toISOString().replace(/\.\d+/, "");
}
