/**
 * The known differences of a class from the standard, with their reasons. A listed test must fail, so that the list stays true.
 * `docs/guides/migrating-from-browser-eventsource.md` has the differences of `FetchEventSource` alone, with these reasons.
 *
 * @typedef {{ source: "EventSource" | "FetchEventSource", browser?: string, contexts?: string[], tests: string[], reason: string }} Difference
 *   a difference in all browsers and contexts, unless it names some
 */

const CAPTURE = {
  browser: "chrome",
  tests: ["target: a capturing listener counts as another listener, and is called first"],
  reason:
    "Chromium's EventTarget calls listeners in the order of their adding, even those that capture, outside of the DOM tree",
};
const SPACE = {
  browser: "chrome",
  tests: ["url: a host with a space is a SyntaxError"],
  reason: "Chromium's URL parser escapes the space",
};

const STOP = ["document: stop() while it connects closes the source", "document: stop() closes a source that is open"];
const NO_WORD_OF_STOP = { source: /** @type {const} */ ("EventSource"), contexts: ["window"], tests: STOP };

/** @type {Difference[]} */
export const DIFFERENCES = [
  { source: "FetchEventSource", ...CAPTURE },
  { source: "EventSource", ...CAPTURE },
  { source: "FetchEventSource", ...SPACE },
  { source: "EventSource", ...SPACE },
  {
    source: "FetchEventSource",
    tests: ["message: is trusted", "open: is trusted", "error: is trusted"],
    reason: "only the browser makes trusted events",
  },
  {
    source: "FetchEventSource",
    tests: [
      "cross-origin: a response that does not allow the origin closes",
      "cross-origin: * is not enough with credentials, and closes",
    ],
    reason: "fetch does not tell a refusal by CORS from a lost network",
  },
  {
    source: "FetchEventSource",
    tests: ["cross-origin: reconnects with Last-Event-ID without a preflight"],
    reason: "to fetch, Last-Event-ID is a header like any other, which the server must allow",
  },
  {
    source: "FetchEventSource",
    browser: "firefox",
    tests: ["close: the server sees it after a redirect, too"],
    reason: "Firefox keeps the connection of a fetch that was redirected and then aborted, until the next byte",
  },
  {
    source: "FetchEventSource",
    contexts: ["window"],
    tests: STOP,
    reason: "fetch does not tell stop() from a lost network",
  },
  {
    source: "FetchEventSource",
    tests: ["message: microtasks run between two messages"],
    reason: "events that arrive together are dispatched one after the other in one task",
  },
  {
    source: "FetchEventSource",
    tests: ["target: listeners added by EventTarget's own method get all messages"],
    reason: "a MessageEvent is made only for types that its own addEventListener knows",
  },
  {
    source: "FetchEventSource",
    tests: ["url: undefined is converted to text", "constructor: withCredentials takes any truthy value"],
    reason: "arguments of the wrong type are a TypeError that says so",
  },
  {
    source: "EventSource",
    tests: [
      "cross-origin: a Last-Event-ID that is long is preflighted",
      "cross-origin: a Last-Event-ID that has other characters is preflighted",
    ],
    reason: "browsers send any Last-Event-ID without a preflight",
  },
  { ...NO_WORD_OF_STOP, browser: "chrome", reason: "Chromium dispatches no event at stop()" },
  { ...NO_WORD_OF_STOP, browser: "webkit", reason: "WebKit dispatches no event at stop()" },
  {
    source: "EventSource",
    browser: "chrome",
    tests: ["format: the stream is UTF-8 with any charset in the content type"],
    reason: "Chromium refuses a charset that is not UTF-8",
  },
  {
    source: "EventSource",
    browser: "chrome",
    tests: ["retry: an empty value is ignored"],
    reason: "Chromium goes back to its own reconnection time",
  },
  {
    source: "EventSource",
    browser: "firefox",
    tests: ["retry: an empty value is ignored"],
    reason: "Firefox treats it as 0, which it raises to 500",
  },
  {
    source: "EventSource",
    browser: "firefox",
    tests: ["retry: a large value does not wrap"],
    reason: "the value wraps in Firefox",
  },
  {
    source: "EventSource",
    browser: "firefox",
    tests: ["format: NUL is text", "id: an ID with NUL is ignored"],
    reason: "Firefox drops NUL, and the field after an ID with NUL",
  },
  {
    source: "EventSource",
    browser: "firefox",
    tests: ["id: a block of only an ID counts"],
    reason: "Firefox forgets the ID of an event without data",
  },
  {
    source: "FetchEventSource",
    browser: "webkit",
    tests: ["Last-Event-ID: is UTF-8 for any characters", "Last-Event-ID: has U+FFFD for bytes that are not UTF-8"],
    reason: "WebKitGTK encodes the bytes of a header, which are UTF-8, once more",
  },
  {
    source: "EventSource",
    browser: "webkit",
    tests: ["format: a byte order mark of another encoding is not skipped"],
    reason: "WebKit then decodes the stream as UTF-16",
  },
  {
    source: "EventSource",
    browser: "webkit",
    tests: ["retry: an empty value is ignored"],
    reason: "WebKit goes back to its own reconnection time",
  },
  {
    source: "EventSource",
    browser: "webkit",
    tests: ["retry: a value that is no number is ignored"],
    reason: "WebKit skips spaces before a number",
  },
  {
    source: "EventSource",
    browser: "webkit",
    tests: ["reconnect: a server that cannot be reached is an error"],
    reason: "WebKit dispatches no event for a blocked port",
  },
];

/** @returns {Difference | undefined} */
export function differenceOf(test, { source, browser, context }) {
  return DIFFERENCES.find(
    (one) =>
      one.source === source &&
      (one.browser ?? browser) === browser &&
      (one.contexts?.includes(context) ?? true) &&
      one.tests.includes(test),
  );
}
