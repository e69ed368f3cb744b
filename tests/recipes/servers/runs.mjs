/**
 * A server of runs, as in LangGraph: a POST starts a run and streams it, and its response names the URL of the stream. A GET of
 * that URL resumes after `Last-Event-ID`. The name of the assistant decides the course of the run.
 */
import { randomUUID } from "node:crypto";
import { createServer, eventOf, openStream } from "./server.mjs";

/** The number of events of each connection before it breaks. The last connection ends by itself. */
const CUTS = { good: [9], cut: [1, 1, 9], fails: [9], lost: [1] };

export function createRuns() {
  const { app, listen } = createServer();
  const requests = [];
  /** @type {Map<string, { assistant: string, cuts: number[] }>} */
  const runs = new Map();

  const eventsOf = (run, assistant) => [
    eventOf({ run_id: run }, { name: "metadata", id: "0" }),
    eventOf([{ content: "Hé" }, {}], { name: "messages", id: "1" }),
    assistant === "fails"
      ? eventOf({ error: "ValueError", message: "no such tool" }, { name: "error", id: "2" })
      : eventOf([{ content: "llo" }, {}], { name: "messages", id: "2" }),
    eventOf(null, { name: "end" }),
  ];

  function stream(run, from, reply, headers = {}) {
    const { assistant, cuts } = runs.get(run);
    const raw = openStream(reply, headers);
    const left = eventsOf(run, assistant).slice(from);
    const count = cuts.shift() ?? 9;
    raw.write(`retry: 10\n\n${left.slice(0, count).join("")}`);
    // The delay lets the client read these events before the connection breaks.
    if (count < left.length) setTimeout(() => raw.destroy(), 50);
    else raw.end();
  }

  app.post("/threads/:thread/runs/stream", (request, reply) => {
    const { assistant_id: assistant } = request.body;
    requests.push({ method: "POST", body: request.body });
    // The client cannot know whether the server has started the run.
    if (assistant === "silent") return request.raw.socket.destroy();
    const run = randomUUID();
    runs.set(run, { assistant, cuts: [...CUTS[assistant]] });
    const path = `/threads/${request.params.thread}/runs/${run}`;
    return stream(run, 0, reply, { location: `${path}/stream`, "content-location": path });
  });

  app.get("/threads/:thread/runs/:run/stream", (request, reply) => {
    const { "last-event-id": id, "content-type": type } = request.headers;
    requests.push({ method: "GET", id, type });
    if (runs.get(request.params.run).assistant === "lost") return reply.code(404).send("the run is gone");
    return stream(request.params.run, Number(id) + 1, reply);
  });

  return { listen, requests, close: () => app.close() };
}
