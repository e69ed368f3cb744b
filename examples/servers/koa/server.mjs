// Koa with koa-sse-stream: npm install && node server.mjs
import Koa from "koa";
import sse from "koa-sse-stream";

const PORT = Number(process.env.PORT ?? 3000);
const MAX_CLIENTS = 3;

/** The stream of each client, by the ID that its page chose. */
const clients = new Map();

const app = new Koa();

app.use(async (ctx, next) => {
  ctx.set("access-control-allow-origin", "*");
  ctx.set("access-control-allow-headers", "last-event-id");
  ctx.set("access-control-expose-headers", "retry-after");
  if (ctx.method === "OPTIONS") ctx.status = 204;
  else await next();
});

// Sets `ctx.sse` for requests with `?id=`, and sends a comment to each client every 15 seconds.
app.use(sse({ maxClients: MAX_CLIENTS, pingInterval: 15_000, matchQuery: "id" }));

app.use(async (ctx) => {
  const { id, client } = ctx.query;
  const route = `${ctx.method} ${ctx.path}`;
  if (route === "GET /event/push") {
    if (!ctx.sse) {
      // `ctx.throw` would drop the CORS headers.
      ctx.set("retry-after", "1");
      ctx.status = 503;
      ctx.body = "too many clients";
      return;
    }
    clients.set(id, ctx.sse);
    ctx.sse.on("close", () => {
      if (clients.get(id) === ctx.sse) clients.delete(id);
    });
    ctx.sse.send({ event: "open", retry: 1000, data: id });
  } else if (route === "POST /event/progress") {
    // Progress for this client only.
    ctx.status = clients.has(client) ? 202 : 404;
    const stream = clients.get(client);
    if (stream) progress(stream);
  } else if (route === "POST /event/close") {
    // A page sends this request by `navigator.sendBeacon` when it is left.
    clients.get(client)?.sendEnd();
    clients.delete(client);
    ctx.status = 204;
  } else if (route === "GET /event/clients") {
    ctx.body = [...clients.keys()];
  }
});

function progress(stream) {
  let percent = 0;
  const timer = setInterval(() => {
    percent += 20;
    // koa-sse-stream sends text, so objects are converted to JSON here.
    stream.send({ event: "progress", id: percent, data: JSON.stringify({ percent }) });
    if (percent === 100) clearInterval(timer);
  }, 100);
  stream.on("close", () => clearInterval(timer));
}

app.listen(PORT, () => console.log(`http://localhost:${PORT}/event/push?id=1`));
