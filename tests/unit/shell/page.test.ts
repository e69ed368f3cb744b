import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as Border from "../../../npm/engine/constants.js";
import { listenToPage } from "../../../npm/shell/page.js";

/** Makes Node look like a window with events and a document, until the test ends. */
function openWindow({ hidden = false } = {}) {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { hidden });
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  Object.assign(globalThis, {
    document,
    addEventListener: addEventListener.bind(window),
    removeEventListener: removeEventListener.bind(window),
  });
  return { window, document };
}

afterEach(() => {
  for (const name of ["document", "addEventListener", "removeEventListener"]) Reflect.deleteProperty(globalThis, name);
});

const URL_SENT = "https://api.test/feeds/events?a#b";

const transition = (type: string, persisted: boolean) => Object.assign(new Event(type), { persisted });

test("a page that is hidden at the start is notified as hidden", () => {
  openWindow({ hidden: true });
  const inputs: number[] = [];
  listenToPage(
    (input) => inputs.push(input),
    () => URL_SENT,
  );
  assert.deepEqual(inputs, [Border.INPUT_HIDDEN]);
});

test("visibilitychange is notified as hidden or visible, by document.hidden", () => {
  const { document } = openWindow();
  const inputs: number[] = [];
  listenToPage(
    (input) => inputs.push(input),
    () => URL_SENT,
  );
  for (const hidden of [true, false]) {
    document.hidden = hidden;
    document.dispatchEvent(new Event("visibilitychange"));
  }
  assert.deepEqual(inputs, [Border.INPUT_HIDDEN, Border.INPUT_VISIBLE]);
});

test("pagehide is notified as cached or left, and pageshow only after the back/forward cache", () => {
  const { window } = openWindow();
  const inputs: number[] = [];
  listenToPage(
    (input) => inputs.push(input),
    () => URL_SENT,
  );
  for (const persisted of [false, true]) {
    for (const type of ["pagehide", "pageshow"]) window.dispatchEvent(transition(type, persisted));
  }
  assert.deepEqual(inputs, [Border.INPUT_LEFT, Border.INPUT_CACHED, Border.INPUT_RESTORED]);
});

test("beforeunload is notified as a page that may be left", () => {
  const { window } = openWindow();
  const inputs: number[] = [];
  listenToPage(
    (input) => inputs.push(input),
    () => URL_SENT,
  );
  window.dispatchEvent(new Event("beforeunload"));
  assert.deepEqual(inputs, [Border.INPUT_LEAVING]);
});

test("online is notified in workers too, which have no document", () => {
  const { window } = openWindow();
  Reflect.deleteProperty(globalThis, "document");
  const inputs: number[] = [];
  listenToPage(
    (input) => inputs.push(input),
    () => URL_SENT,
  );
  window.dispatchEvent(new Event("online"));
  assert.deepEqual(inputs, [Border.INPUT_ONLINE]);
});

test("an enforced violation of the page's policy is notified if it has the request's URL or origin", () => {
  const { window } = openWindow();
  const inputs: number[] = [];
  listenToPage(
    (input) => inputs.push(input),
    () => URL_SENT,
  );
  const violate = (fields: object) =>
    window.dispatchEvent(
      Object.assign(new Event("securitypolicyviolation"), {
        disposition: "enforce",
        effectiveDirective: "connect-src",
        blockedURI: "https://api.test/feeds/events?a",
        ...fields,
      }),
    );
  for (const other of [
    { disposition: "report" },
    { effectiveDirective: "img-src" },
    { blockedURI: "https://api.test/other" },
    { blockedURI: "https://api.test/feeds" },
    { blockedURI: "https://api.test/" },
    { blockedURI: "inline" },
  ])
    violate(other);
  assert.deepEqual(inputs, []);
  violate({});
  violate({ blockedURI: "https://api.test" });
  assert.deepEqual(inputs, [Border.INPUT_FORBIDDEN, Border.INPUT_FORBIDDEN]);
});

test("a violation is not notified to a source without a URL", () => {
  const { window } = openWindow();
  listenToPage(
    () => assert.fail(),
    () => "",
  );
  for (const blockedURI of ["https://api.test/events", ""]) {
    const fields = { disposition: "enforce", effectiveDirective: "connect-src", blockedURI };
    window.dispatchEvent(Object.assign(new Event("securitypolicyviolation"), fields));
  }
});

test("stopping removes all listeners of the page", () => {
  const { window, document } = openWindow();
  const inputs: number[] = [];
  const stop = listenToPage(
    (input) => inputs.push(input),
    () => URL_SENT,
  );
  stop();
  for (const type of ["online", "beforeunload", "pagehide", "pageshow"]) window.dispatchEvent(transition(type, true));
  document.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(inputs, []);
});

test("a global object without listeners, as in Node, is no error", () => {
  assert.equal(globalThis.addEventListener, undefined);
  listenToPage(
    () => assert.fail(),
    () => URL_SENT,
  )();
});
