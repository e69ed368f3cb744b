/**
 * # OpenAI: an answer as it is written
 *
 * `chat()` reads the Chat Completions API, which many other servers speak as well (vLLM, Ollama, llama.cpp, OpenRouter);
 * `respond()` reads the Responses API. Both give the text piece by piece. `break` or the signal ends the request, and with
 * it what it costs. What goes wrong is thrown:
 *
 * - an `EventSourceError` when the request fails: its `code`, `status` and `bodyPrefix` say how; `truncated` when a chat
 *   ended before `[DONE]`;
 * - an `OpenAIError` when the API gives up in the middle of an answer, which it says in the stream, under status 200.
 *
 * To change: `baseUrl`. In a page it must be a route of your own server, which adds the key: a key in a page is everybody's.
 */
import { events } from "eventsource-wasm";

export interface OpenAIOptions {
  model: string;
  /** Such as `/api/openai`, or on a server `https://api.openai.com/v1`. */
  baseUrl: string;
  /** On a server only. */
  apiKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** What the API says of its own failures. */
interface Fault {
  message: string;
  type?: string | null;
  code?: string | null;
}

export class OpenAIError extends Error {
  override readonly name = "OpenAIError";
  /** Such as `rate_limit_exceeded` or `server_error`. */
  readonly code: string | undefined;

  constructor({ message, code, type }: Fault) {
    super(message);
    this.code = code ?? type ?? undefined;
  }
}

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

type Chunk =
  | { choices: { delta: { content?: string | null }; finish_reason: string | null }[]; error?: undefined }
  | { error: Fault };

/** The text of a chat completion. */
export async function* chat(messages: Message[], options: OpenAIOptions): AsyncGenerator<string, void> {
  const chunks = events<{ message: Chunk }>(`${options.baseUrl}/chat/completions`, {
    headers: headers(options),
    body: JSON.stringify({ model: options.model, messages, stream: true }),
    signal: options.signal,
    decode: "json",
    until: "[DONE]",
  });
  for await (const { data } of chunks) {
    if (data.error) throw new OpenAIError(data.error);
    // There is no choice in the chunk that tells the usage.
    const text = data.choices[0]?.delta.content;
    if (text) yield text;
  }
}

/** The events that matter here, of many more. */
type ResponseEvents = {
  "response.output_text.delta": { delta: string };
  "response.completed": object;
  "response.incomplete": { response: { incomplete_details: { reason: string } | null } };
  "response.failed": { response: { error: Fault | null } };
  error: Fault & { error?: Fault };
};

/** The text of a response. */
export async function* respond(input: string, options: OpenAIOptions): AsyncGenerator<string, void> {
  const stream = events<ResponseEvents>(`${options.baseUrl}/responses`, {
    headers: headers(options),
    body: JSON.stringify({ model: options.model, input, stream: true }),
    signal: options.signal,
    decode: "json",
  });
  for await (const { type, data } of stream) {
    switch (type) {
      case "response.output_text.delta":
        yield data.delta;
        break;
      case "response.completed":
        return;
      case "response.incomplete": {
        const reason = data.response.incomplete_details?.reason ?? "unknown";
        throw new OpenAIError({ message: `the answer is incomplete: ${reason}`, code: reason });
      }
      case "response.failed":
        throw new OpenAIError(data.response.error ?? { message: "the response failed" });
      case "error":
        // As documented, or in an object of its own, as some servers send it.
        throw new OpenAIError(data.error ?? data);
    }
  }
  throw new OpenAIError({ message: "the stream ended before the answer did: ask again", code: "truncated" });
}

function headers({ apiKey }: OpenAIOptions): HeadersInit {
  return { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) };
}
