/**
 * # A run that a POST starts and a GET resumes
 *
 * LangGraph and other servers of long tasks do it so: the POST starts the run and streams its events, its answer names the URL of
 * that stream in `Location`, and a client that loses the connection goes on there by a GET with `Last-Event-ID`. The POST is sent
 * once, whatever happens: one that fails before its answer is not repeated, as nobody knows whether the run was started.
 *
 * A loop over the source ends with the event `end`. It throws an `EventSourceError` when the run fails (`code` is `event`, and
 * `error.event` has what the server says), when the server refuses a request for good, or when it is lost five times in a row.
 *
 * To change: the names of the events; `ATTEMPTS`; the header, for a server that names the stream elsewhere.
 */
import { FetchEventSource, type RequestContext } from "eventsource-wasm";

/** Requests in a row that may fail. */
const ATTEMPTS = 5;

/** The events of LangGraph that this recipe needs. */
export type RunEvents = {
  metadata: { run_id: string };
  messages: [{ content: string }, object];
  values: object;
  end: unknown;
  error: { error: string; message: string };
};

export interface RunOptions {
  /** What goes with each request, such as a token. */
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
}

/** Starts a run by a POST of `input` as JSON, and streams its events. */
export function startRun(
  url: string,
  input: object,
  { headers, signal }: RunOptions = {},
): FetchEventSource<RunEvents> {
  return new FetchEventSource<RunEvents>((context) => streamOf(context) ?? url, {
    method: ({ response }) => (response ? "GET" : "POST"),
    headers: ({ response }) => (response ? { ...headers } : { "content-type": "application/json", ...headers }),
    body: JSON.stringify(input),
    decode: "json",
    until: { event: "end" },
    failOn: "error",
    retry: ({ response, code, status, attempt, reconnectionTime }) => {
      const isFinal = code === "event" || (status !== undefined && status < 500);
      return !response || isFinal || attempt > ATTEMPTS ? "stop" : reconnectionTime * 2 ** (attempt - 1);
    },
    signal,
  });
}

/** Where the run is streamed: as the POST's answer says, and from then on where the last answer came from. */
function streamOf({ response }: RequestContext): string | undefined {
  return response && new URL(response.headers.get("location") ?? response.url, response.url).href;
}
