// @ts-check
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { composeAnswer, tokenize } from "./answer.js";
import { Clients } from "./clients.js";
import { openStream } from "./stream.js";

const MAX_PROMPT = 500;
const REMEMBERED_ANSWERS = 100;

/** @typedef {{ id: string, state: "streaming" | "complete" | "disconnected", sent: number, of: number }} Answer */

/**
 * Scene 2: answers a prompt token by token, in the format of OpenAI's chunks.
 *
 * @param {import("fastify").FastifyInstance} app
 * @param {{ max: number }} limits
 */
export function chat(app, { max }) {
  const clients = new Clients("chat", max);
  /** The latest answers by id. The page requests their state. @type {Map<string, Answer>} */
  const answers = new Map();
  /** @type {(Answer & { at: string }) | null} */
  let lastDisconnect = null;

  /** @param {number} of */
  function remember(of) {
    /** @type {Answer} */
    const answer = { id: randomUUID(), state: "streaming", sent: 0, of };
    answers.set(answer.id, answer);
    for (const oldest of answers.keys()) {
      if (answers.size <= REMEMBERED_ANSWERS) break;
      answers.delete(oldest);
    }
    return answer;
  }

  app.post(
    "/chat",
    {
      schema: {
        querystring: {
          type: "object",
          properties: { format: { type: "string", enum: ["markdown", "text"], default: "markdown" } },
        },
        body: {
          type: "object",
          required: ["prompt"],
          properties: { prompt: { type: "string", minLength: 1, maxLength: MAX_PROMPT, pattern: "\\S" } },
        },
      },
    },
    async (request, reply) => {
      const query = /** @type {{ format: "markdown" | "text" }} */ (request.query);
      const body = /** @type {{ prompt: string }} */ (request.body);

      const stream = await openStream(clients, request, reply);

      const tokens = tokenize(composeAnswer(body.prompt, query.format));
      const answer = remember(tokens.length);
      stream.whenGone(() => {
        if (answer.state !== "streaming") return;
        answer.state = "disconnected";
        lastDisconnect = { ...answer, at: new Date().toISOString() };
      });

      stream.send({
        event: "request",
        data: {
          id: answer.id,
          method: request.method,
          query,
          headers: {
            "content-type": request.headers["content-type"],
            "x-demo-client": request.headers["x-demo-client"],
          },
          body,
        },
      });

      for (const [index, content] of tokens.entries()) {
        await sleep(25 + ((index * 7) % 16), undefined, { signal: stream.gone }).catch(() => {});
        if (stream.gone.aborted) return;
        stream.send({ data: chunk(answer.id, { content }, null) });
        answer.sent += 1;
      }
      stream.send({ data: chunk(answer.id, {}, "stop") });
      stream.send({ data: "[DONE]" });
      answer.state = "complete";
      stream.end();
    },
  );

  app.get("/chat/answers/:id", async (request, reply) => {
    const { id } = /** @type {{ id: string }} */ (request.params);
    const answer = answers.get(id);
    return answer ?? reply.code(404).send({ statusCode: 404, error: "Not Found", message: "No such answer." });
  });

  return { report: () => ({ ...clients.report(), lastDisconnect }) };
}

/**
 * @param {string} id
 * @param {{ content?: string }} delta
 * @param {"stop" | null} finishReason
 */
function chunk(id, delta, finishReason) {
  return {
    id: `chatcmpl-${id}`,
    object: "chat.completion.chunk",
    model: "template",
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
}
