// Node.js without packages: node server.mjs
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

const PORT = Number(process.env.PORT ?? 3000);

// Pages of any origin may read this server. Replace "*" by your own origins.
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, content-type, last-event-id",
};

const STREAM = {
  ...CORS,
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no", // nginx
};

/** GET /events: named events. Each event has an ID, so a client that reconnects continues after its last event. */
function feed(request, response) {
  let id = Number(request.headers["last-event-id"] ?? 0);
  response.writeHead(200, STREAM);
  response.write("retry: 1000\n\n"); // at once: Firefox waits for the first byte
  const ticks = setInterval(() => {
    id += 1;
    response.write(`id: ${id}\nevent: tick\ndata: ${JSON.stringify({ id, time: new Date() })}\n\n`);
  }, 500);
  const heartbeat = setInterval(() => response.write(":\n\n"), 15_000);
  response.on("close", () => {
    clearInterval(ticks);
    clearInterval(heartbeat);
  });
}

/** POST /chat: the words of the prompt, one by one, as a model writes its answer. */
async function chat(request, response) {
  const { prompt } = JSON.parse(await text(request));
  response.writeHead(200, STREAM);
  for (const word of prompt.split(" ")) {
    if (response.destroyed) return; // the client has disconnected
    response.write(`data: ${JSON.stringify({ delta: word })}\n\n`);
    await sleep(100);
  }
  response.end("data: [DONE]\n\n");
}

const server = createServer((request, response) => {
  const route = `${request.method} ${request.url}`;
  if (route === "GET /events") feed(request, response);
  else if (route === "POST /chat") chat(request, response).catch(() => response.writeHead(400, CORS).end());
  else if (request.method === "OPTIONS")
    response.writeHead(204, CORS).end(); // the preflight
  else response.writeHead(404, CORS).end();
});
server.listen(PORT, () => console.log(`http://localhost:${PORT}/events`));
