/**
 * # Anthropic: text and tool calls as they are written
 *
 * `ask()` reads the Messages API: text piece by piece, each tool call once its input is complete, and at the end why the
 * model stopped and how many tokens it took. Events and deltas of kinds that are not named here are skipped, as the API's
 * versioning policy asks. `break` or the signal ends the request. What goes wrong is thrown:
 *
 * - an `EventSourceError` when the request fails: its `code`, `status` and `bodyPrefix` say how;
 * - an `AnthropicError` for the API's `error` event, such as `overloaded_error`, which comes under status 200, and for a stream
 *   that ends before `message_stop`.
 *
 * To change: `url`. In a page it must be a route of your own server, which adds the key: a key in a page is everybody's.
 */
import { events } from "eventsource-wasm";

export interface AnthropicOptions {
  /** Such as `/api/messages`, or on a server `https://api.anthropic.com/v1/messages`. */
  url: string;
  /** On a server only. */
  apiKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** The request's body, but for `stream`. */
export interface AnthropicRequest {
  model: string;
  max_tokens: number;
  messages: { role: "user" | "assistant"; content: unknown }[];
  [more: string]: unknown;
}

export type Part =
  | { type: "text"; text: string }
  | { type: "tool"; id: string; name: string; input: unknown }
  | { type: "end"; stopReason: string; inputTokens: number; outputTokens: number };

export class AnthropicError extends Error {
  override readonly name = "AnthropicError";
  /** Such as `overloaded_error`; `truncated` when the stream ended too early. */
  readonly type: string;

  constructor({ type, message }: { type: string; message: string }) {
    super(message);
    this.type = type;
  }
}

type Block = { type: "text"; text: string } | { type: "tool_use"; id: string; name: string };
type Delta = { type: "text_delta"; text: string } | { type: "input_json_delta"; partial_json: string };

type MessageEvents = {
  message_start: { message: { usage: { input_tokens: number } } };
  content_block_start: { index: number; content_block: Block };
  content_block_delta: { index: number; delta: Delta };
  content_block_stop: { index: number };
  message_delta: { delta: { stop_reason: string | null }; usage: { output_tokens: number } };
  message_stop: object;
  error: { error: { type: string; message: string } };
};

export async function* ask(request: AnthropicRequest, options: AnthropicOptions): AsyncGenerator<Part, void> {
  const stream = events<MessageEvents>(options.url, {
    headers: {
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      ...(options.apiKey && { "x-api-key": options.apiKey }),
    },
    body: JSON.stringify({ ...request, stream: true }),
    signal: options.signal,
    decode: "json",
    // The API sends `ping` events meanwhile.
    idleTimeout: 60_000,
  });

  /** Tool calls whose input is still coming, by the index of their block. */
  const calls = new Map<number, { id: string; name: string; json: string }>();
  const end = { type: "end" as const, stopReason: "unknown", inputTokens: 0, outputTokens: 0 };

  for await (const { type, data } of stream) {
    switch (type) {
      case "message_start":
        end.inputTokens = data.message.usage.input_tokens;
        break;
      case "content_block_start": {
        const block = data.content_block;
        if (block.type === "tool_use") calls.set(data.index, { id: block.id, name: block.name, json: "" });
        break;
      }
      case "content_block_delta": {
        const { delta } = data;
        const call = calls.get(data.index);
        if (delta.type === "text_delta") yield { type: "text", text: delta.text };
        if (delta.type === "input_json_delta" && call) call.json += delta.partial_json;
        break;
      }
      case "content_block_stop": {
        const call = calls.get(data.index);
        // A tool without parameters has no JSON at all.
        if (call) yield { type: "tool", id: call.id, name: call.name, input: JSON.parse(call.json || "{}") };
        calls.delete(data.index);
        break;
      }
      case "message_delta":
        end.stopReason = data.delta.stop_reason ?? end.stopReason;
        end.outputTokens = data.usage.output_tokens;
        break;
      case "message_stop":
        yield end;
        return;
      case "error":
        throw new AnthropicError(data.error);
    }
  }
  throw new AnthropicError({ type: "truncated", message: "the stream ended before the message did: ask again" });
}
