// Generated from Rust by engine/tests/constants.rs, which says how. Do not edit.

// What to do about an error, by its code: for people.
export const ADVICE = {
  network:
    "the connection failed or broke off: check the network and the server, and for another origin its CORS headers",
  ended: "the server ended the stream: 204, or a last event that `until` names, ends it for good",
  "no-content": "the server answered 204 No Content: it wants no new connection",
  status: "the server refused the request: see the status, the headers and the body of the error",
  "content-type": "the response is not an event stream: have the server send Content-Type: text/event-stream",
  "connect-timeout":
    "no response within the connect timeout: check the server, and whether six connections to it are open already (HTTP/2 allows more); Firefox waits for the first byte of the body, so have it send a comment at once",
  "idle-timeout":
    "nothing arrived within the idle timeout: have the server send comments as a heartbeat, or raise the limit",
  "event-too-large": "an event is larger than the limit: raise the maximum event size if such events are expected",
  truncated:
    "the stream ended before the event that `until` waits for, or within an event: the answer is incomplete, ask again",
  request: "the request cannot be made: see the cause of the error",
  event: "the server sent an event that means failure: see the event of the error",
  "event-timeout": "no event arrived within the event timeout: check what feeds the stream, or raise the limit",
  "not-streamed":
    "the response has no body that can be read as a stream: use a fetch that streams, such as the browser's",
  policy: "the page's Content-Security-Policy forbids the connection: allow the server in its connect-src",
};
