/** The server of an example. Each example has its own server, so that connections of other examples do not delay it. */
import { createServer, eventOf, openStream } from "../recipes/servers/server.mjs";

const update = (percent, id) => eventOf({ percent }, { name: "update", id });

const BEGINNING = `${update(50, 1)}id: 2\nevent: error\ndata: overloaded\n\nid: 3\ndata: hello\n\n`;

/** Two undecodable events: one with invalid JSON, and one that a schema refuses. */
const UNDECODABLE = `event: update\ndata: {"percent":\n\n${update("half")}`;

/**
 * Starts the server. An example about errors gets errors, which would be uncaught in other examples: data that does not decode,
 * or a refusal at the end if its code mentions a status.
 *
 * @param {string} code @param {string} page the page at `/`
 */
export async function startServer(code, page) {
  const { app, listen } = createServer();
  const isOfDecoding = /[Dd]ecode[Ee]rror|SchemaError|onError|[Uu]ndecoded/.test(code);
  const isOfStatus = /\bstatus\b/.test(code);
  const undecodable = isOfDecoding ? UNDECODABLE : "";
  let hasBroken = false;

  app.addHook("onRequest", async (_request, reply) => {
    // When a reused connection breaks, Chromium repeats the request by itself.
    reply.headers({ connection: "close", "cache-control": "no-store", "x-request-id": "r1" });
  });
  app.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(page));

  /** A feed that ends, is then unreachable, and resumes after the last event ID. */
  const feed = (request, reply) => {
    const lastEventId = request.headers["last-event-id"];
    if (lastEventId === "4") return reply.code(401).send("who are you?");
    if (lastEventId === "3" && !hasBroken) {
      hasBroken = true;
      reply.hijack();
      return request.raw.socket.destroy();
    }
    const stream = openStream(reply);
    if (lastEventId !== "3") return stream.end(`retry: 10\n\n${undecodable}${BEGINNING}`);
    stream.write(update(100, 4));
    if (isOfStatus) stream.end();
    else stream.write("event: done\ndata:\n\n");
    return reply;
  };
  app.get("/events", feed);
  app.get("/feed", (_request, reply) => openStream(reply).end(`${undecodable}${BEGINNING}`));
  app.get("/event/push", feed);

  /** One answer, as JSON events. */
  const chat = (_request, reply) => {
    openStream(reply).end(`${eventOf({ delta: "Hel" }, { id: 1 })}${eventOf({ delta: "lo" })}data: [DONE]\n\n`);
  };
  app.route({ method: ["GET", "POST"], url: "/chat", handler: chat });

  return { url: await listen(), close: () => app.close() };
}
