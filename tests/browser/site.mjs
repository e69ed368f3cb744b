import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import Fastify from "fastify";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { name, exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** The import map of a page, as Node resolves these imports by package.json. */
const imports = Object.fromEntries(
  Object.entries(exports).flatMap(([entry, { default: target }]) =>
    target === undefined ? [] : [[name + entry.slice(1), target.slice(1)]],
  ),
);

const PAGE = `<!doctype html><title>tests</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>`;

/** Serves an empty page that may import the built package and files of `tests/`, in addition to the routes of `app`. */
export async function startSite(app = Fastify({ forceCloseConnections: true })) {
  addSite(app);
  return { url: await app.listen({ host: "127.0.0.1", port: 0 }), close: () => app.close() };
}

/** Adds the empty page, the package and `tests/` to a server. */
export function addSite(app) {
  app.register(fastifyStatic, { root, allowedPath: (path) => /^\/(dist|tests|benches\/lib)\//.test(path) });
  app.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(PAGE));
}
