/**
 * Answers like Anthropic's API. The name of the model decides the course of the request.
 *
 * https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
import { createServer, eventOf, openStream } from "./server.mjs";

export function createAnthropic() {
  const { app, listen } = createServer();
  const requests = [];

  app.post("/v1/messages", (request, reply) => {
    const { headers, body } = request;
    requests.push({ headers, body });
    if (headers["anthropic-version"] !== "2023-06-01" || headers["x-api-key"] !== "sk-ant-test") {
      return reply
        .code(401)
        .send({ type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } });
    }
    const stream = openStream(reply);
    const write = (type, data = {}) => stream.write(eventOf({ type, ...data }, { name: type }));

    write("message_start", { message: { id: "msg_1", content: [], usage: { input_tokens: 25, output_tokens: 1 } } });
    write("content_block_start", { index: 0, content_block: { type: "thinking", thinking: "" } });
    write("content_block_delta", { index: 0, delta: { type: "thinking_delta", thinking: "…" } });
    write("content_block_stop", { index: 0 });
    write("content_block_start", { index: 1, content_block: { type: "text", text: "" } });
    write("ping");
    for (const text of ["Hé", "llo"]) write("content_block_delta", { index: 1, delta: { type: "text_delta", text } });
    if (body.model === "overloaded") write("error", { error: { type: "overloaded_error", message: "Overloaded" } });
    else if (body.model !== "cut") {
      write("content_block_stop", { index: 1 });
      const tool = (id, name) => ({ type: "tool_use", id, name, input: {} });
      write("content_block_start", { index: 2, content_block: tool("toolu_1", "get_weather") });
      for (const partial_json of ["", '{"locat', 'ion": "Zürich"}']) {
        write("content_block_delta", { index: 2, delta: { type: "input_json_delta", partial_json } });
      }
      write("content_block_stop", { index: 2 });
      write("content_block_start", { index: 3, content_block: tool("toolu_2", "get_time") });
      write("content_block_stop", { index: 3 });
      write("a_kind_of_the_future", { anything: true });
      write("message_delta", { delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 15 } });
      write("message_stop");
    }
    stream.end();
    return reply;
  });

  return { listen, close: () => app.close(), requests };
}
