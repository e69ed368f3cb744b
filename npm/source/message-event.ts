type Make = (type: string, data: unknown, lastEventId: string, origin: string) => Event;

let make: Make | undefined;

/** A message of the stream, as the browser's own class makes it. */
export const messageEvent: Make = (...args) => {
  // Not at import: not every runtime has MessageEvent, and not every page listens by addEventListener.
  make ??= maker();
  return make(...args);
};

function maker(): Make {
  /** Only what is used of it: its fields are properties to TypeScript, which accessors must not override. */
  const Base = MessageEvent as unknown as new (type: string) => Event;

  /**
   * A `MessageEvent` that keeps its fields itself: browsers take twice as long to read them from a dictionary. `source` and
   * `ports` are those of an event from a server.
   */
  class ServerMessageEvent extends Base {
    readonly #data: unknown;
    readonly #lastEventId: string;
    readonly #origin: string;

    constructor(type: string, data: unknown, lastEventId: string, origin: string) {
      super(type);
      this.#data = data;
      this.#lastEventId = lastEventId;
      this.#origin = origin;
    }

    get data(): unknown {
      return this.#data;
    }

    get lastEventId(): string {
      return this.#lastEventId;
    }

    get origin(): string {
      return this.#origin;
    }
  }

  // Some tell events apart by `event.constructor`.
  Object.defineProperty(ServerMessageEvent.prototype, "constructor", { value: MessageEvent });
  return (...args) => new ServerMessageEvent(...args);
}
