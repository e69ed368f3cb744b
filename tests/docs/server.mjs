/** The page that the examples run on, with a server that has an answer for whatever URL they name. */
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import Fastify from "fastify";
import { rolldown } from "rolldown";
import { addSite } from "../browser/site.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

const EVENTS = `retry: 10

id: 7
event: update
data: {"percent":50}

data: hello

id: 8
event: update
data: {"percent":100}

`;

const UNDECODABLE = `event: update
data: {"percent":"most"}

`;

const ANSWER = `data: {"delta":"Hel"}

data: {"delta":"lo"}

data: [DONE]

`;

/** @param {string} folder where the examples are, as JavaScript */
export async function startServer(folder) {
  const zod = await bundled("zod");
  const app = Fastify({ forceCloseConnections: true });
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  addSite(app, { zod: "/zod.js" });
  app.register(fastifyStatic, { root: folder, prefix: "/examples/", decorateReply: false });
  app.get("/zod.js", (_request, reply) => reply.type("text/javascript").send(zod));

  app.get("/events", (request, reply) => {
    const { ends, undecodable } = request.query;
    if (!request.headers["last-event-id"]) {
      return stream(reply, undecodable === undefined ? EVENTS : UNDECODABLE + EVENTS);
    }
    return ends === undefined ? stream(reply, "retry: 10000\n\n") : reply.code(401).send();
  });
  for (const url of ["/feed", "/event/push"]) app.get(url, (_request, reply) => stream(reply, EVENTS));
  app.post("/chat", (_request, reply) => stream(reply, ANSWER));
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { url, close: () => app.close() };
}

const stream = (reply, body) => reply.type("text/event-stream").header("x-request-id", "1").send(body);

/** As one module, where a page would ask for dozens. */
async function bundled(input) {
  const bundle = await rolldown({ input, cwd: root, platform: "browser", tsconfig: false });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
  await bundle.close();
  return output[0].code;
}
