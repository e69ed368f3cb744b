/** The constructor, its URL, the attributes and the constants. */
import { check, equal, next, outcome, throws } from "../trial.mjs";

const HELLO = "data: hello\n\n";
const PATH = "/responses?key=none&responses=[{}]";

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const interfaceTests = {
  "constructor: needs new": ({ Source }) => throws("TypeError", () => Source(PATH)),
  "constructor: needs a URL": ({ Source }) => throws("TypeError", () => new Source()),
  "constructor: has a length of one": ({ Source }) => equal(Source.length, 1),
  "constructor: makes an EventTarget that is connecting": (trial) => {
    const source = trial.stream(HELLO);
    check(source instanceof trial.Source && source instanceof EventTarget, "not an instance");
    equal([source.readyState, source.withCredentials], [0, false]);
  },
  "constructor: treats null and undefined as no options": (trial) => {
    for (const init of [null, undefined]) equal(new trial.Source(PATH, init).close(), undefined);
  },
  "constructor: refuses options that are no object": ({ Source }) => throws("TypeError", () => new Source(PATH, 5)),
  "constructor: ignores options that it does not know": async (trial) => {
    const source = trial.open(trial.serve(HELLO), { unknown: 1 });
    equal((await next(source, "message")).data, "hello");
  },
  "constructor: withCredentials takes any truthy value": (trial) => {
    equal(trial.open(PATH, { withCredentials: 1 }).withCredentials, true);
  },
  "constructor: can be extended": async (trial) => {
    class Derived extends trial.Source {
      hello() {
        return next(this, "message");
      }
    }
    const source = new Derived(trial.serve(HELLO));
    equal((await source.hello()).data, "hello");
    source.close();
  },

  "url: is resolved against the document or the worker": (trial) => {
    equal(
      trial.open("responses?responses=[{}]").url,
      new URL("responses?responses=[{}]", globalThis.location.href).href,
    );
    equal(trial.open(PATH).url, `${trial.own}${PATH}`);
  },
  "url: may have no scheme": (trial) => {
    const address = trial.serve(HELLO);
    equal(trial.open(address.replace(/^http:/, "")).url, address);
  },
  "url: an empty URL is the URL of the document or the worker": async (trial) => {
    const source = trial.open("");
    equal(source.url, globalThis.location.href);
    equal(await outcome(source), ["error", 2]);
  },
  "url: keeps its fragment, which is not sent": async (trial) => {
    const url = trial.serve(HELLO);
    const source = trial.open(`${url}#here`);
    equal(source.url.endsWith("#here"), true);
    await next(source, "open");
    equal((await trial.requests(url))[0].url.includes("#"), false);
  },
  "url: is escaped as URLs are": (trial) => {
    equal(trial.open("/responses?responses=[{}]&é ☃").url, `${trial.own}/responses?responses=[{}]&%C3%A9%20%E2%98%83`);
  },
  "url: a URL that does not parse is a SyntaxError": (trial) => {
    for (const url of ["http://[::1", "https://x:99999/", "http:///", "http://a<b/"]) {
      throws("SyntaxError", () => trial.open(url));
    }
  },
  "url: a host with a space is a SyntaxError": (trial) => {
    throws("SyntaxError", () => trial.open("http://this is invalid/"));
  },
  "url: the SyntaxError is a DOMException": ({ Source }) => {
    try {
      new Source("http://[::1");
    } catch (error) {
      check(error instanceof DOMException && error.code === 12, `a ${error.constructor.name} of code ${error.code}`);
      return;
    }
    check(false, "nothing thrown");
  },
  "url: a URL object is converted to text": async (trial) => {
    const url = new URL(trial.serve(HELLO));
    const source = trial.open(url);
    equal(source.url, url.href);
    await next(source, "open");
  },
  "url: any other object is converted to text": (trial) =>
    equal(trial.open({ toString: () => PATH }).url, trial.own + PATH),
  "url: an exception of its toString() is thrown": ({ Source }) => {
    const fail = () => {
      throw new RangeError("no text");
    };
    throws("RangeError", () => new Source({ toString: fail }));
    throws("TypeError", () => new Source(Symbol("url")));
  },
  "url: null and numbers are converted to text": (trial) => {
    for (const value of [null, 7, true]) {
      equal(trial.open(value).url, new URL(String(value), globalThis.location.href).href);
    }
  },
  "url: undefined is converted to text": (trial) => {
    const source = new trial.Source(undefined);
    equal(source.url, new URL("undefined", globalThis.location.href).href);
    source.close();
  },
  "url: a scheme that is not HTTP's closes the source": async (trial) => {
    for (const url of ["ftp://127.0.0.1/", "about:blank", "mailto:one@example.org", "javascript:alert('no')"]) {
      equal(await outcome(trial.open(url)), ["error", 2], url);
    }
  },

  "attributes: url, readyState and withCredentials are read-only": (trial) => {
    const source = trial.stream(HELLO);
    for (const name of ["url", "readyState", "withCredentials"]) {
      const before = source[name];
      throws("TypeError", () => {
        source[name] = "changed";
      });
      equal(source[name], before, name);
    }
  },
  "attributes: are enumerable accessors of the prototype": ({ Source }) => {
    for (const name of ["url", "readyState", "withCredentials", "onopen", "onmessage", "onerror"]) {
      const { get, enumerable } = Object.getOwnPropertyDescriptor(Source.prototype, name) ?? {};
      equal([typeof get, enumerable], ["function", true], name);
    }
    equal(Object.getOwnPropertyDescriptor(Source.prototype, "close")?.enumerable, true, "close");
  },
  "attributes: a source has no own properties": (trial) => equal(Object.keys(trial.stream(HELLO)), []),
  "attributes: withCredentials is as given": (trial) => {
    const url = trial.serve(HELLO);
    equal(trial.open(url, { withCredentials: true }).withCredentials, true);
    equal(trial.open(url, { withCredentials: false }).withCredentials, false);
  },
  "attributes: the handlers are null at first": (trial) => {
    const source = trial.stream(HELLO);
    equal([source.onopen, source.onmessage, source.onerror], [null, null, null]);
  },
  "attributes: the prototype can be extended": (trial) => {
    trial.Source.prototype.answers = () => 42;
    const answer = trial.stream(HELLO).answers();
    delete trial.Source.prototype.answers;
    equal(answer, 42);
  },
  "attributes: the prototype is an EventTarget's": ({ Source }) => {
    check(Object.getPrototypeOf(Source) === EventTarget, "the class");
    check(Object.getPrototypeOf(Source.prototype) === EventTarget.prototype, "the prototype");
  },
  "attributes: the text of a source names its class": (trial) => {
    equal(String(trial.stream(HELLO)), `[object ${trial.Source.name}]`);
  },
  "attributes: close() on another object is a TypeError": ({ Source }) => {
    throws("TypeError", () => Source.prototype.close.call({}));
    throws("TypeError", () => Source.prototype.readyState);
  },

  "constants: are on the class, the prototype and a source": (trial) => {
    for (const holder of [trial.Source, trial.Source.prototype, trial.stream(HELLO)]) {
      equal([holder.CONNECTING, holder.OPEN, holder.CLOSED], [0, 1, 2]);
    }
  },
  "constants: are enumerable and cannot be changed": ({ Source }) => {
    for (const holder of [Source, Source.prototype]) {
      for (const [value, name] of ["CONNECTING", "OPEN", "CLOSED"].entries()) {
        const wanted = { value, writable: false, enumerable: true, configurable: false };
        equal(Object.getOwnPropertyDescriptor(holder, name), wanted, name);
      }
    }
  },
};
