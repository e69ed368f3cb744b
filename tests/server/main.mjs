/** Runs the event server of the tests: `node tests/server/main.mjs`. */
import { createEventServer } from "./app.mjs";

const server = createEventServer();
const address = await server.listen({ host: "127.0.0.1", port: Number(process.env.EVENT_SERVER_PORT ?? 48657) });
console.log(`listening on ${address}`);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close().then(() => process.exit(0)));
}
