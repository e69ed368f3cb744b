import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const CORS = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
const STREAM = { ...CORS, "content-type": "text/event-stream", "cache-control": "no-store" };

/**
 * Starts an event server of another origin than the application.
 *
 * - `/ticks`: `tick` events without end. A POST names the first count in `x-from` and the distance in its JSON body.
 * - `/answer`: the words of an answer to the body, then `[DONE]`.
 *
 * @returns {Promise<{ origin: string, close: () => void }>}
 */
export function startStreamServer() {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method === "OPTIONS") response.writeHead(204, CORS).end();
    else if (request.url === "/ticks")
      ticks(response, Number(request.headers["x-from"] ?? 1), body ? JSON.parse(body).step : 1);
    else if (request.url === "/answer") answer(response, body);
    else response.writeHead(404, CORS).end();
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      const close = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ origin: `http://127.0.0.1:${port}`, close });
    });
  });
}

function ticks(response, first, step) {
  response.writeHead(200, STREAM);
  let count = first;
  const timer = setInterval(() => {
    response.write(`event: tick\nid: ${count}\ndata: {"count":${count}}\n\n`);
    count += step;
  }, 20);
  response.on("close", () => clearInterval(timer));
}

function answer(response, prompt) {
  response.writeHead(200, STREAM);
  for (const word of [`You said: ${prompt}. `, "Héllo ", "wörld", "[DONE]"]) response.write(`data: ${word}\n\n`);
  response.end();
}
