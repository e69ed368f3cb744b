/**
 * A response for a body that is known to be an event stream, whatever its headers. It is no `Response`: the body may be partly
 * read already, and `Response` refuses such a body.
 */
export function eventStreamResponse(body: ReadableStream<Uint8Array> | null): Response {
  const headers = new Headers({ "Content-Type": "text/event-stream" });
  return { status: 200, headers, url: "", redirected: false, body } as Response;
}
