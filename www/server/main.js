// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { builtPage, createApp } from "./app.js";

const PORTS_TO_TRY = 20;

/** The folder of the page. An argument replaces the demo's folder. */
const root = process.argv[2] ?? builtPage;
if (!existsSync(join(root, "index.html"))) {
  console.error(
    `There is no built page in ${root}. Build it: npm run build for the demo, the README of an example for the example`,
  );
  process.exit(1);
}

const host = process.env.HOST ?? "127.0.0.1";
const firstPort = Number(process.env.PORT ?? 8080);
if (!Number.isInteger(firstPort) || firstPort < 0 || firstPort > 65_535) {
  console.error(`PORT must be a number from 0 to 65535, not ${JSON.stringify(process.env.PORT)}.`);
  process.exit(1);
}

const { app, port } = await listen(firstPort);
if (process.env.PORT && firstPort !== 0 && port !== firstPort) {
  console.error(`Port ${firstPort} was taken, so the demo is at the next free one.`);
}
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.once(signal, () => void app.close().then(() => process.exit(0)));
}
console.log(`eventsource-wasm demo: http://localhost:${port}/`);

/**
 * Listens on `first`, or on the next port that is free.
 *
 * @param {number} first
 */
async function listen(first) {
  for (let port = first; ; port += 1) {
    const app = createApp({ root, servers: process.env.SERVERS });
    try {
      await app.listen({ host, port });
      const address = app.server.address();
      return { app, port: typeof address === "object" && address ? address.port : port };
    } catch (error) {
      await app.close();
      const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!taken || port >= Math.min(first + PORTS_TO_TRY, 65_535)) throw error;
    }
  }
}
