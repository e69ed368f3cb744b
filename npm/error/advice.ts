// Generated from Rust by engine/tests/constants.rs, which says how. Do not edit.

// What to do about an error, by its code: for people.
export const ADVICE = {
  network:
    "the connection failed or broke off: check the network and the server, and for another origin its CORS headers",
  ended: "the server ended the stream",
  "no-content": "the server answered 204 No Content: it wants no new connection",
  status: "the server refused the request: see the status, the headers and the body of the error",
  "content-type": "the response is not an event stream: have the server send Content-Type: text/event-stream",
  "connect-timeout": "no response within the connect timeout: check the server, or raise the limit",
  "idle-timeout":
    "nothing arrived within the idle timeout: have the server send comments as a heartbeat, or raise the limit",
  "event-too-large": "an event is larger than the limit: raise the maximum event size if such events are expected",
  truncated: "the stream ended before the event that `until` waits for: the answer is incomplete, ask again",
  request: "the request cannot be made: see the cause of the error",
};
