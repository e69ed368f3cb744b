// Express: npm install && node server.mjs
import express from "express";

const PORT = Number(process.env.PORT ?? 3000);

/** Writes one event, with a `data` line for each line of the text. */
function sendSSE(response, { id, event, retry, data }) {
  if (id !== undefined) response.write(`id: ${id}\n`);
  if (event !== undefined) response.write(`event: ${event}\n`);
  if (retry !== undefined) response.write(`retry: ${retry}\n`);
  for (const line of data.split(/\r\n|\r|\n/)) response.write(`data: ${line}\n`);
  response.write("\n");
}

const app = express();
app.use(express.json());
app.use((_request, response, next) => {
  response.set("access-control-allow-origin", "*");
  response.set("access-control-allow-headers", "content-type, last-event-id");
  next();
});
app.options("/notes", (_request, response) => response.sendStatus(204));

/** All notes so far. The ID of a note is its position, from 1. */
const notes = [];
const clients = new Set();

app.get("/notes", (request, response) => {
  response.set({ "content-type": "text/event-stream", "cache-control": "no-cache, no-transform" });
  response.flushHeaders();
  sendSSE(response, { event: "hello", retry: 1000, data: "" });
  // The notes that a client missed before its reconnect.
  const seen = Number(request.get("last-event-id") ?? 0);
  notes.slice(seen).forEach((data, index) => {
    sendSSE(response, { id: seen + index + 1, event: "note", data });
  });
  clients.add(response);
  response.on("close", () => clients.delete(response));
});

app.post("/notes", (request, response) => {
  notes.push(request.body.text);
  for (const client of clients) sendSSE(client, { id: notes.length, event: "note", data: request.body.text });
  response.status(201).json({ id: notes.length });
});

setInterval(() => {
  for (const client of clients) client.write(":\n\n");
}, 15_000);

app.listen(PORT, () => console.log(`http://localhost:${PORT}/notes`));
