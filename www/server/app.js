// @ts-check
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import Fastify from "fastify";
import { chat } from "./chat.js";
import { live } from "./live.js";
import { progress } from "./progress.js";
import { resume } from "./resume.js";

/** The folder into which `vite build www` writes the page. */
export const builtPage = fileURLToPath(new URL("../dist", import.meta.url));

/**
 * The policy that lets the page load only its own files. `wasm-unsafe-eval` permits the compilation of the engine.
 *
 * @param {string} servers  origins of other event servers
 */
const contentSecurityPolicy = (servers) =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${servers}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/**
 * Creates the demo's server: the built page and the event streams of its scenes.
 *
 * @param {object} [options]
 * @param {string} [options.root]  folder of the built page
 * @param {number} [options.maxClients]  how many connections each scene accepts at once
 * @param {string} [options.servers]  origins of other event servers, which the page accepts in `?server=`
 */
export function createApp({ root = builtPage, maxClients = 100, servers = "" } = {}) {
  const app = Fastify({ bodyLimit: 16 * 1024, forceCloseConnections: true });

  app.setErrorHandler(
    (/** @type {import("fastify").FastifyError & { retryAfter?: number }} */ error, _request, reply) => {
      const { statusCode = 500, code, retryAfter } = error;
      const message = statusCode < 500 || retryAfter ? error.message : "The server failed.";
      if (retryAfter) reply.header("retry-after", retryAfter);
      return reply.code(statusCode).send({ statusCode, error: code, message });
    },
  );

  app.register(fastifyStatic, {
    root,
    setHeaders: (reply) => {
      reply.header("content-security-policy", contentSecurityPolicy(servers));
      reply.header("x-content-type-options", "nosniff");
      reply.header("referrer-policy", "no-referrer");
    },
  });

  const limits = { max: maxClients };
  const scenes = {
    live: live(app, limits),
    chat: chat(app, limits),
    progress: progress(app, limits),
    resume: resume(app, limits),
  };

  app.get("/debug/clients", async (_request, reply) => {
    reply.header("cache-control", "no-store");
    const reports = {
      live: scenes.live.report(),
      chat: scenes.chat.report(),
      progress: scenes.progress.report(),
      resume: scenes.resume.report(),
    };
    const total = { connected: 0, disconnected: 0 };
    for (const { connected, disconnected } of Object.values(reports)) {
      total.connected += connected;
      total.disconnected += disconnected;
    }
    return { ...reports, total };
  });

  return app;
}
