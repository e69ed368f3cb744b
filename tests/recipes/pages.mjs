/** Bundles the pages of the tests by Vite, and serves them and the event server at one origin. */
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import { build } from "vite";
import { createEventServer } from "../server/app.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const made = `${root}/target/recipes/pages`;

const NAMES = ["react.tsx", "vue.ts", "svelte.ts", "progress-bar.ts"];

export async function startPages() {
  await buildPages();
  const app = createEventServer();
  app.register(fastifyStatic, { root: made, prefix: "/pages/" });
  for (const name of NAMES.map((file) => file.replace(/\..*/, ""))) {
    app.get(`/${name}`, (_request, reply) =>
      reply
        .type("text/html; charset=utf-8")
        .send(
          `<!doctype html><title>${name}</title><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="/pages/${name}.js"></script>`,
        ),
    );
  }
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { url, close: () => app.close() };
}

/** Builds in development mode, in which React's StrictMode mounts everything twice. */
function buildPages() {
  return build({
    root: `${root}/tests/recipes/pages`,
    configFile: false,
    logLevel: "warn",
    mode: "development",
    define: {
      "process.env.NODE_ENV": '"development"',
      __VUE_OPTIONS_API__: "false",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    build: {
      outDir: made,
      emptyOutDir: false,
      minify: false,
      target: "es2022",
      modulePreload: false,
      rollupOptions: {
        input: NAMES.map((name) => `${root}/tests/recipes/pages/${name}`),
        output: { entryFileNames: "[name].js", chunkFileNames: "chunks/[name].js" },
      },
    },
  });
}
