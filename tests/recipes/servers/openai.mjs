/**
 * Answers like OpenAI's API. The name of the model decides the course of the request.
 *
 * https://platform.openai.com/docs/api-reference/chat-streaming
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
import { createServer, eventOf, openStream } from "./server.mjs";

const FAULT = { message: "The server had an error", type: "server_error", param: null, code: null };

export function createOpenAI() {
  const { app, listen } = createServer();
  /** @type {{ headers: object, body: object }[]} */
  const requests = [];
  let open = 0;

  app.addHook("onRequest", async (request, reply) => {
    if (request.headers.authorization !== "Bearer sk-test") {
      await reply.code(401).send({ error: { ...FAULT, code: "invalid_api_key" } });
    }
  });
  app.addHook("preHandler", async ({ headers, body }) => {
    requests.push({ headers, body });
  });

  function opened(reply) {
    const stream = openStream(reply);
    open += 1;
    stream.on("close", () => {
      open -= 1;
    });
    return stream;
  }

  app.post("/v1/chat/completions", (request, reply) => {
    const stream = opened(reply);
    const chunk = (delta, finish_reason = null) => ({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    });
    stream.write(eventOf(chunk({ role: "assistant", content: "" })));
    stream.write(eventOf(chunk({ content: "Hé" })));
    stream.write(eventOf(chunk({ content: "llo" })));
    if (request.body.model === "endless") return;
    if (request.body.model === "fails") stream.end(eventOf({ error: FAULT }));
    else if (request.body.model === "cut") stream.end();
    else {
      stream.write(eventOf(chunk({}, "stop")));
      stream.write(eventOf({ ...chunk({}), choices: [], usage: { total_tokens: 9 } }));
      stream.end("data: [DONE]\n\n");
    }
  });

  app.post("/v1/responses", (request, reply) => {
    const stream = opened(reply);
    let count = 0;
    const write = (type, data) => {
      stream.write(eventOf({ type, sequence_number: count++, ...data }, { name: type }));
    };
    write("response.created", { response: { id: "resp_1", status: "in_progress", error: null } });
    write("response.output_item.added", { output_index: 0, item: { type: "message" } });
    for (const delta of ["Hé", "llo"]) write("response.output_text.delta", { item_id: "msg_1", delta });
    const { model } = request.body;
    if (model === "error") write("error", { code: "server_error", message: "documented", param: null });
    else if (model === "nested-error") write("error", { error: { code: "server_error", message: "nested" } });
    else if (model === "fails")
      write("response.failed", {
        response: { status: "failed", error: { code: "rate_limit_exceeded", message: "slow" } },
      });
    else if (model === "incomplete")
      write("response.incomplete", { response: { incomplete_details: { reason: "max_output_tokens" } } });
    else if (model !== "cut") write("response.completed", { response: { status: "completed", error: null } });
    stream.end();
  });

  return { listen, close: () => app.close(), requests, open: () => open };
}
