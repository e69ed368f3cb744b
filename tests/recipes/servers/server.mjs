/** Helpers for the servers of the recipes' tests. */
import Fastify from "fastify";

/** Makes a server that can be closed while streams are open. */
export function createServer() {
  const app = Fastify({ forceCloseConnections: true });
  const listen = () => app.listen({ host: "127.0.0.1", port: 0 });
  return { app, listen };
}

/** Opens an event stream on the raw response. */
export function openStream(reply, headers = {}) {
  reply.hijack();
  const stream = reply.raw;
  stream.writeHead(200, { ...reply.getHeaders(), "content-type": "text/event-stream; charset=utf-8", ...headers });
  stream.flushHeaders();
  stream.on("error", () => {});
  return stream;
}

/** The text of an event with JSON as its data. */
export function eventOf(data, { name = undefined, id = undefined } = {}) {
  const fields = [name && `event: ${name}`, id && `id: ${id}`, `data: ${JSON.stringify(data)}`];
  return `${fields.filter(Boolean).join("\n")}\n\n`;
}
