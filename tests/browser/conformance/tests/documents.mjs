/** A class belongs to a document, and a source ends with its document. These tests run in windows only. */
import { check, equal, next, pause } from "../trial.mjs";

const HELLO = "id: 1\ndata: hello\n\n";
/** A stream that ends soon, and would be requested again. */
const ENDS = { body: `retry: 500\n\n${HELLO}`, ends: true };

/** A new document in a frame, and the class there. */
async function frameOf(trial) {
  const element = document.createElement("iframe");
  element.src = `${trial.own}/`;
  document.body.append(element);
  await next(element, "load");
  const window = /** @type {any} */ (element.contentWindow);
  const ours = () => window.eval("import('/dist/index.js')");
  const Source = trial.Source === globalThis.EventSource ? window.EventSource : (await ours()).FetchEventSource;
  return { window, Source, remove: () => element.remove() };
}

/** @param {(frame: Awaited<ReturnType<typeof frameOf>>) => unknown} run */
async function withFrame(trial, run) {
  const frame = await frameOf(trial);
  try {
    await run(frame);
  } finally {
    frame.remove();
  }
}

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const documentTests = {
  "document: its base URL applies": (trial) => {
    const base = document.createElement("base");
    base.href = "/below/";
    document.head.append(base);
    const { url } = trial.open("here");
    base.remove();
    equal(url, `${trial.own}/below/here`);
  },
  "document: URLs are resolved against the document of the class": (trial) =>
    withFrame(trial, ({ window, Source }) => {
      const base = window.document.createElement("base");
      base.href = "/elsewhere/";
      window.document.head.append(base);
      const source = new Source("here?responses=[{}]");
      source.close();
      equal(source.url, `${trial.own}/elsewhere/here?responses=[{}]`);
    }),
  "document: a source of another document's class opens": (trial) =>
    withFrame(trial, async ({ Source }) => {
      const source = new Source(trial.serve(HELLO));
      await next(source, "open");
      equal(source.readyState, 1);
      source.close();
    }),
  "document: events are of the class's realm": (trial) =>
    withFrame(trial, async ({ window, Source }) => {
      const source = new Source(trial.serve(HELLO));
      const event = await next(source, "message");
      source.close();
      check(event instanceof window.MessageEvent && !(event instanceof MessageEvent), "of another realm");
    }),
  "document: errors are of the class's realm": (trial) =>
    withFrame(trial, ({ window, Source }) => {
      try {
        new Source("http://[::1");
      } catch (error) {
        check(error instanceof window.DOMException, "of another realm");
        return;
      }
      check(false, "nothing thrown");
    }),
  "document: a source ends with its document": (trial) =>
    withFrame(trial, async ({ Source, remove }) => {
      const url = trial.serve(HELLO);
      await next(new Source(url), "message");
      remove();
      while ((await trial.record(url)).closed === 0) await pause(20);
      await pause(700);
      equal((await trial.requests(url)).length, 1);
    }),
  "document: a source that waits ends with its document": (trial) =>
    withFrame(trial, async ({ Source, remove }) => {
      // At the other host, the source need not wait for a free connection.
      const url = trial.serve([ENDS, HELLO], { origin: trial.other });
      await next(new Source(url), "error");
      remove();
      await pause(1500);
      equal((await trial.requests(url)).length, 1);
    }),
  "document: stop() while it connects closes the source": (trial) =>
    withFrame(trial, async ({ window, Source }) => {
      const source = new Source(`${trial.own}/hang?key=${trial.key()}`);
      while ((await trial.requests(source.url)).length === 0) await pause(20);
      window.stop();
      await next(source, "error");
      equal(source.readyState, 2);
      source.close();
    }),
  "document: stop() closes a source that is open": (trial) =>
    withFrame(trial, async ({ window, Source }) => {
      const source = new Source(trial.serve(HELLO));
      await next(source, "message");
      window.stop();
      await next(source, "error");
      equal(source.readyState, 2);
      source.close();
    }),
};
