/**
 * A server of the Model Context Protocol over Streamable HTTP, as strict as the protocol allows. The name of the called tool
 * decides the course of the request.
 *
 * https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
 */
import { randomUUID } from "node:crypto";
import { createServer, eventOf, openStream } from "./server.mjs";

const VERSION = "2025-06-18";

export function createMcp({ hasListening = true } = {}) {
  const { app, listen } = createServer();
  /** The messages of clients that are no requests. */
  const received = [];
  /** The reasons of refused requests. */
  const refused = [];
  const resumptions = [];
  const listening = new Set();
  /** @type {string | undefined} */
  let session;
  /** The rest of a stream that was cut. */
  let rest = [];
  /** The call that waits for a response of the client. */
  let asking;

  const refuse = (reply, status, why) => {
    refused.push(`${status}: ${why}`);
    return reply.code(status).type("text/plain").send(why);
  };

  /** Refuses a request without a session, with an ended session, or of another revision. */
  function isRefused(request, reply) {
    const { "mcp-session-id": named, "mcp-protocol-version": version } = request.headers;
    if (named === undefined) return refuse(reply, 400, "there is no Mcp-Session-Id");
    if (named !== session) return refuse(reply, 404, "there is no such session");
    if (version !== VERSION) return refuse(reply, 400, `the revision is ${version}`);
    return undefined;
  }

  app.post("/mcp", (request, reply) => {
    const { accept = "" } = request.headers;
    if (!accept.includes("application/json") || !accept.includes("text/event-stream")) {
      return refuse(reply, 406, `Accept is ${accept}`);
    }
    const message = request.body;
    if (message.jsonrpc !== "2.0") return refuse(reply, 400, "it is no JSON-RPC 2.0");
    const { id, method, params } = message;

    if (method === "initialize") {
      session = randomUUID();
      const result = {
        protocolVersion: VERSION,
        capabilities: { tools: {} },
        serverInfo: { name: "test", version: "1" },
      };
      return reply.header("mcp-session-id", session).send({ jsonrpc: "2.0", id, result });
    }
    const refusal = isRefused(request, reply);
    if (refusal) return refusal;
    if (id === undefined || method === undefined) {
      received.push(message);
      if (message.id === "asked") asking?.(message);
      return reply.code(202).send();
    }
    return call(id, params, reply);
  });

  function call(id, { name, arguments: given }, reply) {
    const answer = (text) => ({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } });
    const progress = (n) => ({ jsonrpc: "2.0", method: "notifications/progress", params: { progress: n } });
    if (name === "add") return reply.send(answer(String(given.a + given.b)));
    if (name === "fail") {
      return reply.send({ jsonrpc: "2.0", id, error: { code: -32602, message: "no such tool", data: { name } } });
    }
    if (name === "forget") {
      session = undefined;
      return reply.send(answer("who are you?"));
    }

    const stream = openStream(reply);
    if (name === "hang") return reply;
    if (name === "slow") {
      // As in later revisions, an event that only has an ID.
      stream.write("id: s/0\ndata:\n\n");
      stream.write(eventOf(progress(1), { id: "s/1", name: "message" }));
      stream.end(eventOf(answer("slowly"), { id: "s/2", name: "message" }));
    } else if (name === "cut" || name === "ended" || name === "lost") {
      const named = name === "lost" ? {} : { id: "c/1" };
      rest = [eventOf(progress(2), { id: "c/2" }), eventOf(answer("after all"), { id: "c/3" })];
      stream.write(eventOf(progress(1), named), () =>
        name === "cut" ? setTimeout(() => stream.destroy(), 20) : stream.end(),
      );
    } else if (name === "ask") {
      asking = ({ result }) => stream.end(eventOf(answer(`you said ${result.content.text}`)));
      stream.write(
        eventOf({ jsonrpc: "2.0", id: "asked", method: "sampling/createMessage", params: { maxTokens: 9 } }),
      );
    }
    return reply;
  }

  app.get("/mcp", (request, reply) => {
    const refusal = isRefused(request, reply);
    if (refusal) return refusal;
    const { "last-event-id": from } = request.headers;
    if (from === undefined && !hasListening) return refuse(reply, 405, "there is nothing to say unasked");
    const stream = openStream(reply);
    if (from?.startsWith("c/")) {
      resumptions.push(from);
      for (const event of rest) stream.write(event);
      return reply;
    }
    if (from !== undefined) resumptions.push(from);
    stream.write("retry: 50\n\n");
    listening.add(stream);
    stream.on("close", () => listening.delete(stream));
    return reply;
  });

  app.delete("/mcp", (request, reply) => {
    const refusal = isRefused(request, reply);
    if (refusal) return refusal;
    session = undefined;
    return reply.code(204).send();
  });

  return {
    listen,
    close: () => app.close(),
    received,
    refused,
    resumptions,
    listening,
    session: () => session,
    /** Sends a notification outside of a request. */
    tell(method, id) {
      for (const stream of listening) stream.write(eventOf({ jsonrpc: "2.0", method }, { id }));
    },
  };
}
