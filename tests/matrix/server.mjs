/** The event server of the matrix, for any origin. It also serves the pages of the set-ups. */
import fastifyStatic from "@fastify/static";
import Fastify from "fastify";
import { COUNT } from "./program.mjs";

/** @param {string} folder of the set-ups */
export async function startServer(folder) {
  const app = Fastify({ forceCloseConnections: true });
  app.register(fastifyStatic, { root: folder, prefix: "/", wildcard: true, suppressMissing: true });
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.addHook("onSend", async (_request, reply) => {
    reply.header("access-control-allow-origin", "*");
  });
  app.options("/answer", (_request, reply) =>
    reply.header("access-control-allow-headers", "*").header("access-control-allow-methods", "*").send(),
  );
  const open = (reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream", "access-control-allow-origin": "*" });
    return reply.raw;
  };
  app.get("/numbers", (_request, reply) => {
    const numbers = Array.from({ length: COUNT }, (_, number) => `id: ${number}\ndata: ${number}\n\n`);
    open(reply).write(`${numbers.join("")}event: end\ndata: -\n\n`);
  });
  app.post("/answer", ({ body }, reply) => {
    const words = ["You ", "said ", body, "[DONE]"].map((data) => `data: ${data}\n\n`);
    const stream = open(reply);
    const next = () => {
      stream.write(words.shift());
      if (words.length > 0) setTimeout(next, 5);
    };
    next();
  });
  app.get("/lost", ({ headers }, reply) => {
    const id = headers["last-event-id"];
    const stream = open(reply);
    stream.write(id === "1" ? "id: 2\ndata: 2\n\n" : "id: 1\ndata: 1\n\n");
    // The delay lets the client read, as some runtimes drop unread bytes when a connection breaks.
    if (id !== "1") setTimeout(() => stream.destroy(), 300);
  });
  app.get("/refused", (_request, reply) => reply.code(404).type("text/plain").send("there is nothing"));
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { url, close: () => app.close() };
}
