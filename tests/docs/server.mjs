/** The server of an example. Each example has one of its own, so that no connection of another is in its way. */
import { createServer, eventOf, openStream } from "../recipes/servers/server.mjs";

const update = (percent, id) => eventOf({ percent }, { name: "update", id });

const BEGINNING = `${update(50, 1)}id: 2\nevent: error\ndata: overloaded\n\nid: 3\ndata: hello\n\n`;

/** One that is no JSON, and one that is not what a schema wants. */
const UNDECODABLE = `event: update\ndata: {"percent":\n\n${update("half")}`;

/**
 * An example that is about errors gets some, which elsewhere would be uncaught: data that does not decode, or, when it asks
 * for a status, a refusal in the end.
 *
 * @param {string} code @param {string} page what is served at `/`
 */
export async function startServer(code, page) {
  const { app, listen } = createServer();
  const isOfDecoding = /[Dd]ecode[Ee]rror|SchemaError|onError|[Uu]ndecoded/.test(code);
  const isOfStatus = /\bstatus\b/.test(code);
  const undecodable = isOfDecoding ? UNDECODABLE : "";
  let hasBroken = false;

  app.addHook("onRequest", async (_request, reply) => {
    // Chromium sends a request again by itself when a connection breaks that was used before.
    reply.headers({ connection: "close", "cache-control": "no-store", "x-request-id": "r1" });
  });
  app.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(page));

  /** A feed that ends, cannot be reached, and goes on behind the last event ID. */
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

  /** One answer, in JSON. */
  const chat = (_request, reply) => {
    openStream(reply).end(`${eventOf({ delta: "Hel" }, { id: 1 })}${eventOf({ delta: "lo" })}data: [DONE]\n\n`);
  };
  app.route({ method: ["GET", "POST"], url: "/chat", handler: chat });

  return { url: await listen(), close: () => app.close() };
}
