import fastifyStatic from "@fastify/static";
import Fastify from "fastify";
import { site } from "./site.mjs";

/** Serves the docs on loopback until this process gets a signal to end. @param {number} port 0 for any free port */
export async function serve(port) {
  const app = Fastify({ forceCloseConnections: true });
  app.register(fastifyStatic, { root: site });
  console.log(`The docs are at ${await app.listen({ host: "127.0.0.1", port })}/`);
  await new Promise(() => {});
}
