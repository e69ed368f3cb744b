/**
 * A response of what is known to be an event stream, whatever else says so. The body may be the rest of one that was begun by
 * somebody else: no `Response` could be made of that.
 */
export function eventStreamResponse(body: ReadableStream<Uint8Array> | null): Response {
  const headers = new Headers({ "Content-Type": "text/event-stream" });
  return { status: 200, headers, url: "", redirected: false, body } as Response;
}
