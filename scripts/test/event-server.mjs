import { createServer } from "node:net";
import { start, stop } from "../lib/command.mjs";
import { at } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";

/** The default port of the event server in the tests. */
const USUAL_PORT = 48657;

/** ms in which the server must be ready. */
const STARTS_WITHIN = 15_000;

/**
 * Runs `body` while the tests' event server runs.
 *
 * @template T
 * @param {(env: { EVENT_SERVER: string, EVENT_SERVER_PORT: string }) => Promise<T>} body receives the variables by which
 *   tests find the server
 * @returns {Promise<T>}
 */
export async function withEventServer(body) {
  const port = String(process.env.EVENT_SERVER_PORT || (await freePort(USUAL_PORT)) || (await freePort(0)));
  const env = { EVENT_SERVER: `http://127.0.0.1:${port}`, EVENT_SERVER_PORT: port };
  const server = await listening(env);
  try {
    return await body(env);
  } finally {
    await stop(server);
  }
}

function listening(env) {
  return new Promise((resolve, reject) => {
    const { child, output } = start(process.execPath, [at("tests", "server", "main.mjs")], {
      env,
      onLine: (line) => line.includes("listening on http://") && settle(resolve, child),
    });
    const fail = (why) => settle(reject, new Problem(`The tests' event server ${why}.`, { output: output.join("\n") }));
    const patience = setTimeout(() => {
      fail("was not ready in time");
      stop(child);
    }, STARTS_WITHIN);
    const settle = (how, value) => {
      clearTimeout(patience);
      how(value);
    };
    child.once("close", () => fail("ended before it was ready"));
    child.once("error", () => fail("could not be started"));
  });
}

/** The port if it is free, or `undefined`. For 0, any free port. */
function freePort(wanted) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(wanted, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}
